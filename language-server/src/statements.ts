// biome-ignore-all lint/suspicious/noTemplateCurlyInString: snippets of LSP are written so
/** The statements of the language: their shape, what they mean, and how a new one is written. */
export interface Statement {
  /**
   * Shape: words stand for themselves, `<name>` for something to fill in, `[ … ]` may be left out, `{ }` is a block, and
   * `[ , … ]…` repeats.
   */
  readonly shape: string;
  /** One or two sentences for a person. */
  readonly meaning: string;
  /** Snippet in the syntax of LSP. */
  readonly snippet: string;
  /** Whether it may stand several times in its block. */
  readonly many?: boolean;
  /** Whether its block is incomplete without it. */
  readonly required?: boolean;
}

/** By block: a declaration's keyword, or that of a statement with a block of its own; `file` is the top level. */
export const statements: Readonly<Record<string, Readonly<Record<string, Statement>>>> = {
  file: {
    import: {
      shape: 'import <path>',
      meaning: 'Makes the names and packages of another file visible here. Not those that it imports itself.',
      snippet: 'import "$1"',
      many: true,
    },
    product: {
      shape: 'product <new-name> { }',
      meaning: 'Declares a product: its key at Developer Center and its components.',
      snippet: 'product ${1:name} {\n  key "${2:p1}"\n  component ${3:modem}: ${4|module,mcu|} "${5:FOTA}"\n}',
      many: true,
    },
    package: {
      shape: 'package <new-text> { }',
      meaning: 'Declares a version package: its component type, version and files. With `from` it is a delta package.',
      snippet: 'package "${1:name}" {\n  for ${2|module,mcu|}\n  version "${3:1.0.0}"\n  file "${4:firmware.bin}"\n}',
      many: true,
    },
    devices: {
      shape: 'devices <new-name> of <product> [ from <list> ]',
      meaning: 'Names a list of devices, written here or in a CSV file with a column `device_key`.',
      snippet: 'devices ${1:name} of ${2:product} {\n  $0\n}',
      many: true,
    },
    plan: {
      shape: 'plan <new-text> { }',
      meaning: 'An upgrade plan. Its name is its identity at Developer Center.',
      snippet:
        'plan "${1:name}" {\n  product   ${2:product}\n  effective ${3:2027-01-01} 00:00 to ${4:2027-01-14} 23:59 in "${5:UTC}"\n\n  targets {\n    include ${6:pilot}\n  }\n\n  upgrade ${7:modem} to "${8:1.0.0}"\n\n  mode silent\n}',
      many: true,
    },
  },
  product: {
    key: {
      shape: 'key <product-key>',
      meaning: 'The product key at Developer Center.',
      snippet: 'key "$1"',
      required: true,
    },
    name: { shape: 'name <text>', meaning: 'What the product is called for a person.', snippet: 'name "$1"' },
    component: {
      shape: 'component <new-name> : <component-type> <identifier> [ versions <scheme> ]',
      meaning:
        'A part that is upgraded: its type, and the identifier under which the device reports it. `versions` says how versions are ordered.',
      snippet: 'component ${1:modem}: ${2|module,mcu|} "${3:FOTA}"',
      many: true,
      required: true,
    },
  },
  package: {
    for: {
      shape: 'for <component-type>',
      meaning: 'The type of component that the package is for.',
      snippet: 'for ${1|module,mcu|}',
      required: true,
    },
    version: {
      shape: 'version <version>',
      meaning: 'The version that a device has after the upgrade.',
      snippet: 'version "$1"',
      required: true,
    },
    from: {
      shape: 'from <version>',
      meaning: 'Makes it a delta package, which only upgrades from this version.',
      snippet: 'from "$1"',
    },
    file: {
      shape: 'file <package-path> [ sha256 <digest> ]',
      meaning:
        'A file of the package, 1 to 5 of them, at most 100 MB each. The digest proves that it is the one that was reviewed.',
      snippet: 'file "$1"',
      many: true,
      required: true,
    },
    remarks: {
      shape: 'remarks <text>',
      meaning: 'Remarks shown at Developer Center, at most 200 characters.',
      snippet: 'remarks "$1"',
    },
  },
  plan: {
    product: {
      shape: 'product <product>',
      meaning: 'The product whose devices are upgraded.',
      snippet: 'product ${1:product}',
      required: true,
    },
    effective: {
      shape: 'effective <date> <time> [ <offset> ] to <date> <time> [ <offset> ] in <zone>',
      meaning: 'From when to when the plan runs, on the clock of a time zone. Nothing is pushed before or after.',
      snippet: 'effective ${1:2027-01-01} 00:00 to ${2:2027-01-14} 23:59 in "${3:UTC}"',
      required: true,
    },
    targets: {
      shape: 'targets [ all ] [ { } ]',
      meaning:
        'Which devices are upgraded: a white list and a black list. A device on the black list is never upgraded. `all` is every device of the product.',
      snippet: 'targets {\n  include ${1:pilot}\n}',
      required: true,
    },
    upgrade: {
      shape: 'upgrade <component> to <version> [ from <source> [ , <source> ]… ] [ using delta ]',
      meaning:
        'Brings a component to a version. `from` names the versions that a device must have; with `using delta` exactly one, the source of the delta package. The order of the statements is the order of the upgrade.',
      snippet: 'upgrade ${1:component} to "${2:version}"',
      many: true,
      required: true,
    },
    mode: {
      shape: 'mode <kind> [ { } ]',
      meaning: 'Silent: devices upgrade by themselves, pushed or when they ask. Manual: the end user confirms.',
      snippet: 'mode silent',
      required: true,
    },
    conditions: {
      shape: 'conditions { }',
      meaning: 'What a device must have to begin: battery and signal. By default 30 % and -113 dBm.',
      snippet: 'conditions {\n  battery >= ${1:30} %\n  signal  >= ${2:-113} dBm\n}',
    },
    retry: {
      shape: 'retry <count> times',
      meaning: 'How often a failed upgrade is tried again by itself, 0 to 5; 5 by default. Silent plans only.',
      snippet: 'retry ${1:5} times',
    },
    waves: {
      shape: 'waves { }',
      meaning:
        'Rolls the plan out in cumulative shares of the targets, each after a wait, and halts when too many fail.',
      snippet:
        'waves {\n  ${1:1} %   then wait ${2:24} h\n  100 %\n  halt when failed > ${3:2} % of at least ${4:50}\n}',
    },
    allow: {
      shape: 'allow <code> because <reason>',
      meaning: 'Accepts a warning for this plan, with a reason that reviewers see. Errors cannot be allowed.',
      snippet: 'allow ${1:CODE} because "${2:reason}"',
      many: true,
    },
  },
  targets: {
    include: {
      shape: 'include <target> [ , <target> ]…',
      meaning: 'White list: names of lists, or device keys in quotes.',
      snippet: 'include ${1:pilot}',
      many: true,
      required: true,
    },
    exclude: {
      shape: 'exclude <target> [ , <target> ]…',
      meaning: 'Black list: these devices are never upgraded by this plan.',
      snippet: 'exclude ${1:"device key"}',
      many: true,
    },
  },
  mode: {
    push: {
      shape: 'push <push-from> to <push-to>',
      meaning:
        'Between which whole hours, on the clock of the plan’s zone, devices are pushed; may cross midnight. `push any time` is the default.',
      snippet: 'push ${1:01:00} to ${2:05:00}',
    },
    'on request only': {
      shape: 'on request only',
      meaning: 'Nothing is pushed: devices ask for their upgrade.',
      snippet: 'on request only',
    },
    'after rejection': {
      shape: 'after rejection <count> <duration-unit>',
      meaning: 'How long a device that rejected the plan is left alone, 10 to 1440 minutes; 120 min by default.',
      snippet: 'after rejection ${1:120} min',
    },
    text: {
      shape: 'text <language> <text>',
      meaning: 'What the end user reads before confirming, per language, at most 200 characters.',
      snippet: 'text ${1:en} "$2"',
      many: true,
    },
  },
  conditions: {
    battery: { shape: 'battery >= <count> %', meaning: 'Least battery in percent.', snippet: 'battery >= ${1:30} %' },
    signal: {
      shape: 'signal >= <signal> dBm',
      meaning: 'Least signal (RSSI), -113 to -1 dBm.',
      snippet: 'signal >= ${1:-113} dBm',
    },
  },
  waves: {
    '%': {
      shape: '<count> % [ then wait <count> <duration-unit> ]',
      meaning: 'A cumulative share of the targets; the next wave opens after the wait, unless the plan is halted.',
      snippet: '${1:10} % then wait ${2:24} h',
      many: true,
    },
    halt: {
      shape: 'halt when failed > <count> % of at least <count>',
      meaning: 'Suspends the plan when more than this share failed, of at least so many devices that are decided.',
      snippet: 'halt when failed > ${1:2} % of at least ${2:50}',
    },
  },
};

/** What fills a slot, in words for a signature. */
export const slots: Readonly<Record<string, string>> = {
  path: 'Path of another `.otaplan` file, relative to this one.',
  'new-name': 'A name: letters, digits, `_` and `-`.',
  'new-text': 'A name of 1 to 100 characters.',
  product: 'Name of a product that is visible here.',
  list: 'Path of a CSV with a column `device_key`, or one key a line.',
  'product-key': 'Product key at Developer Center.',
  'component-type': '`module` or `mcu`.',
  identifier: 'Identifier that the device reports, at most 32 bytes.',
  scheme: '`semver`, `dotted` (numbers with points) or `text` (equality only).',
  version: 'A version in quotes.',
  source: 'A version that a device must have, in quotes.',
  'package-path': 'Path of the file, relative to this one.',
  digest: 'SHA-256 of the file: 64 hexadecimal digits.',
  date: 'A date: YYYY-MM-DD.',
  time: 'A time of day: HH:MM.',
  offset: 'Chooses one side of an hour that the clock shows twice, such as +02:00.',
  zone: 'IANA time zone in quotes, such as "Europe/Berlin".',
  component: 'Name of a component of the plan’s product.',
  kind: '`silent` or `manual`.',
  count: 'A number.',
  signal: 'A whole number from -113 to -1.',
  target: 'Name of a list, or a device key in quotes.',
  code: 'Code of a warning, such as TIME018.',
  reason: 'Why it is accepted, in quotes.',
  'push-from': 'Whole hour at which pushing begins: HH:00.',
  'push-to': 'Whole hour at which pushing ends: HH:00.',
  'duration-unit': '`min`, `h` or `d`.',
  language: 'Language tag: `en` or `zh`.',
  text: 'A text in quotes.',
};
