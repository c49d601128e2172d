import fc from 'fast-check';
import { expect, it } from 'vitest';
import { check } from '../../check.ts';
import { emptyWorld } from '../../world.ts';

const keys = ['1', '12', '2', '3', '30', '4', '45', '5', '6'].map((digits) => `DEV${digits}`);
const someKeys = fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 4 });

/** Plans that want different versions of a component in one period, each for some devices. */
function text(devices: readonly (readonly string[])[]): string {
  const plans = devices.map(
    (each, index) => `plan "P${index}" {
  product meter
  effective 2027-01-01 00:00 to 2027-01-15 23:00 in "Europe/Berlin"
  targets {
${each.map((key) => `    include "${key}"\n`).join('')}  }
  upgrade modem to "2.${index}.0"
  mode silent {
    push 01:00 to 05:00
  }
}
`,
  );
  return `product meter {\n  key "p1meter"\n  component modem: module "FOTA" versions semver\n}\n${plans.join('')}`;
}

it('finds two plans that want different versions wherever they share a device, and nowhere else', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(fc.array(someKeys, { minLength: 2, maxLength: 4 }), (devices) => {
      const sources = { files: new Map([['file:///a.otaplan', text(devices)]]) };
      const { findings } = check(sources, emptyWorld(Date.UTC(2026, 10, 24)));
      const lines = text(devices).split('\n');
      const found = findings
        .filter(({ code }) => code === 'XPL001')
        .map(({ range }) => /"2\.(\d)\.0"/.exec(lines[range.start.line] ?? '')?.[1]);
      const sharing = devices.flatMap((mine, index) =>
        devices.some((theirs, other) => other !== index && theirs.some((key) => mine.includes(key)))
          ? [`${index}`]
          : [],
      );
      expect(found.toSorted()).toEqual(sharing);
    }),
    { numRuns: 100 },
  );
});
