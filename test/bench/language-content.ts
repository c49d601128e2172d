/** The same content as `.otaplan` and as YAML, at any size, for benchmarks. */

/** Keys of 15 digits that end in their check digit, as real ones do. */
const keys = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => withCheckDigit(String(86_612_304_000_000 + from + i)));

function withCheckDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** What both texts say: products, packages, device lists and plans. */
interface Content {
  readonly products: readonly string[];
  readonly lists: readonly { readonly name: string; readonly product: string; readonly keys: readonly string[] }[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly plans: readonly PlanContent[];
}
interface PlanContent {
  readonly name: string;
  readonly product: string;
  readonly list: string;
  readonly start: string;
  readonly end: string;
  readonly version: string;
}

const linesPerPlan = 29;

/** Content of about so many lines: for each three plans a list of eight devices and a package. */
function contentOf(lines: number, prefix = ''): Content {
  const groups = Math.max(1, Math.round((lines - 8) / (3 * linesPerPlan + 11 + 7)));
  const product = `${prefix}meter`;
  return {
    products: [product],
    lists: Array.from({ length: groups }, (_, i) => ({ name: `${prefix}list_${i}`, product, keys: keys(i * 8, 8) })),
    packages: Array.from({ length: groups }, (_, i) => ({ name: `${prefix}Modem 2.${i}.0`, version: `2.${i}.0` })),
    plans: Array.from({ length: groups * 3 }, (_, i) => {
      const group = Math.floor(i / 3);
      const month = String(1 + (i % 3) * 3).padStart(2, '0');
      return {
        name: `${prefix}Plan ${i}`,
        product,
        list: `${prefix}list_${group}`,
        start: `2027-${month}-01 00:00`,
        end: `2027-${month}-15 23:00`,
        version: `2.${group}.0`,
      };
    }),
  };
}

function planAsOtaplan({ name, product, list, start, end, version }: PlanContent): string {
  return `plan "${name}" {
  product   ${product}
  effective ${start} to ${end} in "Europe/Berlin"

  targets {
    include ${list}
  }

  upgrade modem to "${version}" from "1.9.0"

  mode silent {
    push            01:00 to 05:00
    after rejection 180 min
  }

  conditions {
    battery >= 40 %
    signal  >= -100 dBm
  }

  retry 3 times

  waves {
    50 %  then wait 24 h
    100 %
    halt when failed > 40 % of at least 4
  }
}
`;
}

/** A file that says it all itself. */
export function otaplanText(lines: number, prefix = ''): string {
  const { products, lists, packages, plans } = contentOf(lines, prefix);
  return [
    ...products.map(
      (name) =>
        `product ${name} {\n  key "p1${name.replaceAll(/[^a-z0-9]/gi, '')}"\n  component modem: module "FOTA" versions semver\n}\n`,
    ),
    ...lists.map(
      ({ name, product, keys: all }) =>
        `devices ${name} of ${product} {\n${all.map((key) => `  ${key}\n`).join('')}}\n`,
    ),
    ...packages.map(
      ({ name, version }) =>
        `package "${name}" {\n  for     module\n  version "${version}"\n  file    "firmware/${version}.bin" sha256 "${'ab'.repeat(32)}"\n}\n`,
    ),
    ...plans.map(planAsOtaplan),
  ].join('\n');
}

/** The same as YAML. */
export function yamlText(lines: number, prefix = ''): string {
  const { products, lists, packages, plans } = contentOf(lines, prefix);
  return [
    'products:',
    ...products.flatMap((name) => [
      `  - id: ${name}`,
      `    key: p1${name}`,
      '    components:',
      '      - name: modem',
      '        type: module',
      '        identifier: FOTA',
      '        versions: semver',
    ]),
    'devices:',
    ...lists.flatMap(({ name, product, keys: all }) => [
      `  - id: ${name}`,
      `    product: ${product}`,
      '    keys:',
      ...all.map((key) => `      - "${key}"`),
    ]),
    'packages:',
    ...packages.flatMap(({ name, version }) => [
      `  - name: ${name}`,
      '    for: module',
      `    version: "${version}"`,
      '    files:',
      `      - path: firmware/${version}.bin`,
      `        sha256: "${'ab'.repeat(32)}"`,
    ]),
    'plans:',
    ...plans.flatMap(({ name, product, list, start, end, version }) => [
      `  - name: ${name}`,
      `    product: ${product}`,
      '    effective:',
      `      start: "${start}"`,
      `      end: "${end}"`,
      '      zone: Europe/Berlin',
      '    targets:',
      '      include:',
      `        - ${list}`,
      '    upgrade:',
      '      - component: modem',
      `        to: "${version}"`,
      '        from: ["1.9.0"]',
      '    mode:',
      '      kind: silent',
      '      push: { from: "01:00", to: "05:00" }',
      '      afterRejection: 180',
      '    conditions:',
      '      battery: 40',
      '      signal: -100',
      '    retry: 3',
      '    waves:',
      '      - percent: 50',
      '        wait: 24 h',
      '      - percent: 100',
      '    halt: { failed: 40, sample: 4 }',
    ]),
    '',
  ].join('\n');
}

/** A list of so many keys, with a plan that uses it. */
export function otaplanKeys(count: number): string {
  return `${otaplanText(60)}\ndevices many of meter {\n${keys(1_000_000, count)
    .map((key) => `  ${key}\n`)
    .join('')}}\n`;
}
export function yamlKeys(count: number): string {
  return `${yamlText(60)}many:\n${keys(1_000_000, count)
    .map((key) => `  - "${key}"\n`)
    .join('')}`;
}

/** A workspace: a catalogue that all files import, and files of about so many lines. */
export function otaplanWorkspace(files: number, lines: number): Map<string, string> {
  const result = new Map<string, string>();
  const perFile = Math.max(1, Math.round(lines / (linesPerPlan + 1)));
  const { lists, packages } = contentOf(lines);
  const groups = Math.min(lists.length, packages.length);
  const catalogText = otaplanText(lines).split('\nplan ')[0] ?? '';
  result.set('catalog.otaplan', `${catalogText}`);
  for (let file = 1; file < files; file++) {
    const plans = Array.from({ length: perFile }, (_, i) => {
      const day = 1 + ((file * perFile + i) % 20);
      const month = 1 + (Math.floor((file * perFile + i) / 20) % 12);
      const two = (n: number) => String(n).padStart(2, '0');
      const year = 2027 + Math.floor((file * perFile + i) / (20 * 12));
      return planAsOtaplan({
        name: `File ${file} plan ${i}`,
        product: 'meter',
        list: `list_${i % groups}`,
        start: `${year}-${two(month)}-${two(day)} 00:00`,
        end: `${year}-${two(month)}-28 23:00`,
        version: `2.${i % groups}.0`,
      });
    });
    // One finding in each file: an exclusion that excludes nothing.
    const [firstPlan = '', ...otherPlans] = plans;
    const excluding = firstPlan.replace(/include (.*)\n/, 'include $1\n    exclude "862222222222223"\n');
    result.set(`plans/file-${file}.otaplan`, `import "../catalog.otaplan"\n\n${[excluding, ...otherPlans].join('\n')}`);
  }
  return result;
}
export function yamlWorkspace(files: number, lines: number): Map<string, string> {
  return new Map(
    Array.from({ length: files }, (_, i) => [
      i === 0 ? 'catalog.yaml' : `plans/file-${i}.yaml`,
      yamlText(lines, `f${i}_`),
    ]),
  );
}

/** The JSON Schema that the YAML is checked against. */
export const yamlSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    products: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'key', 'components'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_-]*$' },
          key: { type: 'string', maxLength: 32 },
          components: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'type', 'identifier'],
              properties: {
                name: { type: 'string' },
                type: { enum: ['module', 'mcu'] },
                identifier: { type: 'string', maxLength: 32 },
                versions: { enum: ['semver', 'dotted', 'text'] },
              },
            },
          },
        },
      },
    },
    devices: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'product', 'keys'],
        properties: {
          id: { type: 'string' },
          product: { type: 'string' },
          keys: { type: 'array', items: { $ref: '#/definitions/key' } },
        },
      },
    },
    many: { type: 'array', items: { $ref: '#/definitions/key' } },
    packages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'for', 'version', 'files'],
        properties: {
          name: { type: 'string', maxLength: 100 },
          for: { enum: ['module', 'mcu'] },
          version: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' },
          files: {
            type: 'array',
            maxItems: 5,
            items: {
              type: 'object',
              required: ['path'],
              properties: { path: { type: 'string' }, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
            },
          },
        },
      },
    },
    plans: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'product', 'effective', 'targets', 'upgrade', 'mode'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 100 },
          product: { type: 'string' },
          effective: {
            type: 'object',
            required: ['start', 'end', 'zone'],
            properties: {
              start: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$' },
              end: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$' },
              zone: { type: 'string', pattern: '^[A-Za-z_]+/' },
            },
          },
          targets: {
            type: 'object',
            properties: {
              include: { type: 'array', items: { type: 'string' } },
              exclude: { type: 'array', items: { type: 'string' } },
            },
          },
          upgrade: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['component', 'to'],
              properties: {
                component: { type: 'string' },
                to: { type: 'string' },
                from: { type: 'array', maxItems: 8, items: { type: 'string' } },
              },
            },
          },
          mode: {
            type: 'object',
            required: ['kind'],
            properties: {
              kind: { enum: ['silent', 'manual'] },
              push: { type: 'object' },
              afterRejection: { type: 'integer', minimum: 10, maximum: 1440 },
            },
          },
          conditions: {
            type: 'object',
            properties: {
              battery: { type: 'integer', minimum: 0, maximum: 100 },
              signal: { type: 'integer', minimum: -113, maximum: -1 },
            },
          },
          retry: { type: 'integer', minimum: 0, maximum: 5 },
          waves: {
            type: 'array',
            items: { type: 'object', properties: { percent: { type: 'number' }, wait: { type: 'string' } } },
          },
          halt: { type: 'object' },
        },
      },
    },
  },
  definitions: { key: { type: 'string', pattern: '^[A-Za-z0-9]{4,32}$' } },
} as const;
