import { defaults, type Plan, type PlanComponent, type PlanPackage, type PushWindow } from '@otaplan/model';
import { format } from '../format/format.ts';
import { quote } from '../syntax/values.ts';

/** How a plan is written out. */
export interface PrintOptions {
  /** Name of the product's declaration; by default the product key where it is a name, else `product_` and the key. */
  readonly product?: string;
  /** The product's title, where it is known. */
  readonly title?: string;
  /** Remarks of a package, where they are known: a plan does not hold them. */
  readonly remarks?: (declared: PlanPackage) => string | undefined;
  /** Whether statements that say the default are written (the default: nothing important is left implied) or left out. */
  readonly defaults?: 'written' | 'leftOut';
}

/**
 * Writes a plan as one self-contained file in canonical form: product, packages, devices and plan. Compiling it gives the
 * same digest. Used to compare, to import, and wherever a plan is shown.
 */
export function printPlan(plan: Plan, options: PrintOptions = {}): string {
  const product = options.product ?? (isName(plan.product) ? plan.product : `product_${plan.product}`);
  const blocks = [
    printProduct(plan, product, options.title),
    ...distinct(plan.components.flatMap((component) => component.package ?? [])).map((declared) =>
      printPackage(declared, options.remarks?.(declared)),
    ),
    ...(plan.targets.all ? [] : [printList(includedName, product, plan.targets.include)]),
    ...(plan.targets.exclude.length === 0 ? [] : [printList(excludedName, product, plan.targets.exclude)]),
    printStatements(plan, product, options),
  ];
  const text = blocks.join('\n');
  const formatted = format(text);
  if (formatted.kind === 'refused')
    throw new Error(`The plan “${plan.name}” cannot be written as text. ${formatted.reason}`);
  return formatted.text;
}

const includedName = 'included';
const excludedName = 'excluded';

function isName(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_-]*$/u.test(text);
}

function printProduct(plan: Plan, name: string, title: string | undefined): string {
  const byName = new Map(plan.components.map((component) => [component.component, component]));
  const components = [...byName.values()].map(
    (c) =>
      `component ${c.component}: ${c.type} ${quote(c.identifier)}${c.versions === null ? '' : ` versions ${c.versions}`}`,
  );
  const lines = [`key ${quote(plan.product)}`, ...(title === undefined ? [] : [`name ${quote(title)}`]), ...components];
  return `product ${name} {\n${lines.join('\n')}\n}`;
}

function printPackage(declared: PlanPackage, remarks: string | undefined): string {
  const files = declared.files.map(
    ({ name, sha256 }) => `file ${quote(name)}${sha256 === null ? '' : ` sha256 ${quote(sha256)}`}`,
  );
  const source = declared.sourceVersion === null ? [] : [`from ${quote(declared.sourceVersion)}`];
  const said = remarks ? [`remarks ${quote(remarks)}`] : [];
  const lines = [`for ${declared.type}`, `version ${quote(declared.version)}`, ...source, ...files, ...said];
  return `package ${quote(declared.name)} {\n${lines.join('\n')}\n}`;
}

function printList(name: string, product: string, keys: readonly string[]): string {
  return `devices ${name} of ${product} {\n${keys.join('\n')}\n}`;
}

function printStatements(plan: Plan, product: string, options: PrintOptions): string {
  const { effective, targets, conditions, retry, waves } = plan;
  const leftOut = options.defaults === 'leftOut';
  const unless = (isDefault: boolean, line: string) => (leftOut && isDefault ? [] : [line]);
  const exclude = targets.exclude.length > 0 ? `exclude ${excludedName}` : '';
  const battery = unless(
    conditions.batteryPercent === defaults.batteryPercent,
    `battery >= ${conditions.batteryPercent} %`,
  );
  const signal = unless(conditions.signalDbm === defaults.signalDbm, `signal >= ${conditions.signalDbm} dBm`);
  const bounds = [...battery, ...signal];
  const lines = [
    `product ${product}`,
    `effective ${dateTime(effective.start)} to ${dateTime(effective.end)} in ${quote(effective.zone)}`,
    targets.all ? `targets all { ${exclude} }` : `targets {\ninclude ${includedName}\n${exclude}\n}`,
    ...plan.components.map(printUpgrade),
    printMode(plan, leftOut),
    ...(bounds.length === 0 ? [] : [`conditions {\n${bounds.join('\n')}\n}`]),
    ...unless(retry === defaults.retryTimes, `retry ${retry} times`),
    ...unless(waves.halt === null && waves.steps.length === 1, printWaves(plan)),
    ...plan.allow.map(({ code, reason }) => `allow ${code} because ${quote(reason)}`),
  ];
  return `plan ${quote(plan.name)} {\n${lines.join('\n')}\n}`;
}

function printUpgrade({ component, target, sources, mode }: PlanComponent): string {
  const from = sources.length === 0 ? '' : ` from ${sources.map(quote).join(', ')}`;
  return `upgrade ${component} to ${quote(target)}${from}${mode === 'delta' ? ' using delta' : ''}`;
}

function printMode({ mode }: Plan, leftOut: boolean): string {
  const push =
    mode.push === 'any'
      ? leftOut
        ? []
        : ['push any time']
      : mode.push === 'onRequest'
        ? ['on request only']
        : [printWindow(mode.push)];
  if (mode.kind === 'manual') {
    const texts = Object.keys(mode.texts)
      .sort()
      .map((language) => `text ${language} ${quote(mode.texts[language] ?? '')}`);
    return `mode manual {\n${[...push, ...texts].join('\n')}\n}`;
  }
  const { afterRejectionMinutes: minutes } = mode;
  const rejection = leftOut && minutes === defaults.afterRejectionMinutes ? [] : [`after rejection ${minutes} min`];
  return `mode silent {\n${[...push, ...rejection].join('\n')}\n}`;
}

function printWindow({ from, to }: PushWindow): string {
  return `push ${from} to ${to}`;
}

function printWaves({ waves }: Plan): string {
  const steps = waves.steps.map(
    ({ percent, waitMinutes }) => `${percent} %${waitMinutes > 0 ? ` then wait ${duration(waitMinutes)}` : ''}`,
  );
  const halt = waves.halt ? [`halt when failed > ${waves.halt.failedPercent} % of at least ${waves.halt.sample}`] : [];
  return `waves {\n${[...steps, ...halt].join('\n')}\n}`;
}

/** In the largest unit that is whole, but days only from two on: `24 h` is what people write. */
function duration(minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 1440) return `${minutes / 1440} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

function dateTime(text: string): string {
  return text.replace('T', ' ').replace(/(\d)([+-]\d\d:\d\d)$/, '$1 $2');
}

function distinct(packages: readonly PlanPackage[]): PlanPackage[] {
  const byName = new Map(
    packages.map((each) => [`${each.name}\0${each.type}\0${each.version}\0${each.sourceVersion}`, each]),
  );
  return [...byName.values()];
}
