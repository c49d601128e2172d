import { describe, expect, it } from 'vitest';
import { check } from '../check.ts';
import { emptyWorld } from '../world.ts';

const text = `product meter {
  key "p1WM01"
  component modem: module "FOTA"
}

package "Modem 2.4.0" {
  for     module
  version "2.4.0"
  file    "modem.bin" sha256 "${'0'.repeat(64)}"
}

devices pilot of meter {
  866123040000005
  866123040000013
  866123040000021
}

plan "Spring" {
  product   meter
  effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"

  targets {
    include pilot
    exclude "866123040000005"
  }

  upgrade modem to "2.4.0" from "2.3.0"

  mode manual {
    text en "New firmware"
  }

  conditions {
    battery >= 40 %
  }

  waves {
    50 %  then wait 24 h
    100 %
    halt when failed > 50 % of at least 2
  }
}
`;
/** What is missing so far may be typed next: rules about it wait until the declaration is whole. */
const aboutWhatIsMissing = [
  'SEM003',
  'SEM004',
  'SEM020',
  'SEM021',
  'SEM025',
  'TGT001',
  'TIME001',
  'SAFE005',
  'SAFE010',
  'SEM008',
];

function codes(source: string): string[] {
  const world = emptyWorld(Date.parse('2026-11-24T10:00Z'));
  return check({ files: new Map([['file:///w/main.otaplan', source]]) }, world).findings.map(({ code }) => code);
}

describe('while a plan is typed', () => {
  it('is good in the end', () => {
    expect(codes(text)).toEqual([]);
  });

  it('says nothing of what is missing before the closing brace stands', () => {
    for (let end = 1; end < text.length - 2; end += 3) {
      const found = codes(text.slice(0, end)).filter((code) => aboutWhatIsMissing.includes(code));
      expect(found, JSON.stringify(text.slice(Math.max(0, end - 40), end))).toEqual([]);
    }
  });
});
