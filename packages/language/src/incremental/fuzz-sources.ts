/** Three files that refer to each other, for random edits. */
export const fuzzSources: ReadonlyMap<string, string> = new Map([
  [
    'file:///plans/catalog.otaplan',
    `// Products
product water_meter {
  key  "p1WM01"
  name "Water meter NB"
  component modem:    module "FOTA"
  component main_mcu: mcu    "STM32" versions semver
}

/* the package
   of spring */
package "Modem 2.4.0" {
  for     module
  version "2.4.0"
  file    "firmware/modem-2.4.0.bin"
}

package "MCU 1.9.0" {
  for     mcu
  version "1.9.0"
  from    "1.8.3"
  file    "firmware/mcu.pack" sha256 "${'0'.repeat(64)}"
} // beside

devices pilot of water_meter {
  866123040000011 // first
  866123040000012
}

devices berlin of water_meter from "lists/berlin.csv"
`,
  ],
  [
    'file:///plans/spring.otaplan',
    `import "catalog.otaplan"

plan "Spring" {
  product   water_meter
  effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"

  targets {
    include pilot, berlin
    exclude "866123040009999"
  }

  upgrade modem    to "2.4.0" from "2.3.0", "2.3.1"
  upgrade main_mcu to "1.9.0" from "1.8.3" using delta

  mode silent {
    push            01:00 to 05:00
    after rejection 120 min
  }

  conditions {
    battery >= 30 %
    signal  >= -113 dBm
  }

  retry 5 times

  waves {
    1 %   then wait 24 h
    100 %
    halt when failed > 2 % of at least 50
  }

  allow TIME018 because "Winter freeze"
}

plan "All" {
  product   water_meter
  effective 2026-12-03 00:00 to 2026-12-05 23:59 in "Europe/Berlin"
  targets all
  upgrade modem to "2.4.1"
  mode silent
  allow SAFE002 because "A desk"
}
`,
  ],
  [
    'file:///plans/more/other.otaplan',
    `import "../catalog.otaplan"
import "../spring.otaplan"

plan "Other" {
  product   water_meter
  effective 2026-12-20 00:00 to 2026-12-10 23:59 in "America/New_York"
  targets { include pilot exclude nobody }
  upgrade modem to "2.5.0"
  mode manual { text en "New" }
}
`,
  ],
]);
