import { format, printPlan, quote } from '@otaplan/language';
import type { Plan, PlanPackage } from '@otaplan/model';
import { packageIdentity } from './known-packages.ts';

/**
 * Deployed plans as a workspace that people go on with: products and packages in files of their own, a file a plan, long device
 * lists as CSV. A plan that fits none of the others' declarations (the same package with other content, say) stays on its own.
 */

/** Lists above this are easier to keep as CSV. */
const longestInline = 200;

export interface LayoutOptions {
  /** Product names by product key. */
  readonly titles: ReadonlyMap<string, string>;
  /** What was remarked on a package. */
  readonly remarks: (declared: PlanPackage) => string | undefined;
  /** Where a package file lies, relative to the folder of the new files. */
  readonly pathOf: (file: { readonly name: string; readonly sha256: string | null }) => string;
}

/** Texts by path, relative to the folder of the new files. */
export function layOut(plans: readonly Plan[], options: LayoutOptions): Map<string, string> {
  const files = new Map<string, string>();
  const products = new Map<string, string[]>();
  const packages = new Map<string, { content: PlanPackage; text: string }>();
  const names = new Set<string>(['products', 'packages']);
  for (const plan of plans) {
    const name = fileName(plan.name, names);
    const blocks = blocksOf(plan, options);
    if (!fitsPackages(plan, packages) || !fitsProduct(blocks.product, products.get(plan.product))) {
      files.set(
        `${name}.otaplan`,
        [blocks.product, ...blocks.packages, ...lists(blocks.devices, name, files), blocks.plan].join('\n'),
      );
      continue;
    }
    const known = products.get(plan.product);
    products.set(plan.product, known ? merged(known, blocks.product.split('\n')) : blocks.product.split('\n'));
    const declared = plan.components.flatMap((component) => component.package ?? []);
    for (const content of declared) {
      const text = blocks.packages.find((block) => block.startsWith(`package ${quote(content.name)} {`));
      if (text !== undefined)
        packages.set(packageIdentity(content.type, content.version, content.sourceVersion), { content, text });
    }
    const imports = ['import "products.otaplan"', ...(declared.length > 0 ? ['import "packages.otaplan"'] : [])];
    files.set(
      `${name}.otaplan`,
      [`${imports.join('\n')}\n`, ...lists(blocks.devices, name, files), blocks.plan].join('\n'),
    );
  }
  const together = (texts: readonly string[]) => texts.join('\n');
  const all = new Map<string, string>();
  if (products.size > 0) all.set('products.otaplan', together([...products.values()].map((lines) => lines.join('\n'))));
  if (packages.size > 0) all.set('packages.otaplan', together([...packages.values()].map(({ text }) => text)));
  return new Map([...all, ...files].map(([path, text]) => [path, path.endsWith('.otaplan') ? canonical(text) : text]));
}

function canonical(text: string): string {
  const formatted = format(text);
  return formatted.kind === 'refused' ? text : formatted.text;
}

interface Blocks {
  readonly product: string;
  readonly packages: readonly string[];
  readonly devices: readonly string[];
  readonly plan: string;
}

/** The declarations of a printed plan. In canonical form, only they begin at the beginning of a line. */
function blocksOf(plan: Plan, { titles, remarks, pathOf }: LayoutOptions): Blocks {
  const components = plan.components.map((component) =>
    component.package === null
      ? component
      : {
          ...component,
          package: {
            ...component.package,
            files: component.package.files.map((file) => ({ ...file, name: pathOf(file) })),
          },
        },
  );
  const title = titles.get(plan.product);
  const text = printPlan({ ...plan, components }, { remarks, ...(title === undefined ? {} : { title }) });
  const all = text
    .trimEnd()
    .split(/\n\n(?=(?:product|package|devices|plan) )/)
    .map((block) => `${block.trim()}\n`);
  const of = (word: string) => all.filter((block) => block.startsWith(`${word} `));
  return {
    product: of('product')[0] ?? '',
    packages: of('package'),
    devices: of('devices'),
    plan: of('plan')[0] ?? '',
  };
}

/** Device lists as they are written: long ones go into a CSV file beside. */
function lists(devices: readonly string[], name: string, files: Map<string, string>): string[] {
  return devices.map((block) => {
    const [head = '', ...rest] = block.trimEnd().split('\n');
    const keys = rest.slice(0, -1).map((line) => line.trim());
    const match = /^devices (\S+) of (\S+) \{$/.exec(head);
    if (!match || keys.length <= longestInline) return block;
    const path = `lists/${name}-${match[1]}.csv`;
    files.set(path, `device_key\n${keys.join('\n')}\n`);
    return `devices ${match[1]} of ${match[2]} from "${path}"\n`;
  });
}

/** Whether a plan reads the packages that are declared already as it means its own, also those that it does not declare. */
function fitsPackages(plan: Plan, packages: ReadonlyMap<string, { readonly content: PlanPackage }>): boolean {
  const declares = plan.components.some((component) => component.package !== null);
  return plan.components.every(({ type, target, mode, sources, package: own }) => {
    const sourceVersion = mode === 'delta' ? (sources[0] ?? null) : null;
    const known = packages.get(packageIdentity(type, target, sourceVersion))?.content;
    if (own === null) return !declares || known === undefined;
    const named = [...packages.values()].find(({ content }) => content.name === own.name)?.content;
    return [known, named].every((other) => other === undefined || JSON.stringify(other) === JSON.stringify(own));
  });
}

/** Whether two declarations of a product say the same of every component that both have. */
function fitsProduct(block: string, known: readonly string[] | undefined): boolean {
  if (known === undefined) return true;
  const components = (lines: readonly string[]) =>
    lines.flatMap((line) => {
      const match = /^\s*component (\S+):\s*(\w+)\s+("(?:[^"\\]|\\.)*")\s*(.*)$/.exec(line);
      return match ? [{ name: match[1], identifier: match[3], text: match.slice(1).join(' ') }] : [];
    });
  return components(block.split('\n')).every((one) =>
    components(known).every(
      (other) => (other.name !== one.name && other.identifier !== one.identifier) || other.text === one.text,
    ),
  );
}

/** The lines of a product with the components of both. */
function merged(known: readonly string[], lines: readonly string[]): string[] {
  const words = (line: string) => line.trim().replaceAll(/\s+/g, ' ');
  const has = new Set(known.map(words));
  const more = lines.filter((line) => line.trim().startsWith('component ') && !has.has(words(line)));
  const end = known.lastIndexOf('}');
  return [...known.slice(0, end), ...more, ...known.slice(end)];
}

/** A file name that every system takes, made of a plan's name; a number tells two apart. */
function fileName(name: string, taken: Set<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  const base = plain === '' ? 'plan' : plain;
  let candidate = base;
  for (let i = 2; taken.has(candidate); i++) candidate = `${base}-${i}`;
  taken.add(candidate);
  return candidate;
}
