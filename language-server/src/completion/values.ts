import { ast, fileOf, keysOf, otherNamesOf, type PackageMeaning, relativePath, rules } from '@otaplan/language';
import { type ComponentType, compareVersions, formatLocal, isZone, zoneNames } from '@otaplan/model';
import { CompletionItemKind } from 'vscode-languageserver';
import { folderOf } from '../uris.ts';
import { withImport } from './names.ts';
import type { Asked, Offer } from './offer.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** A start that is reached sooner is warned of: devices might miss it. */
const soon = 10 * 60_000;
const value = CompletionItemKind.Value;

/** Versions of packages for a component: declared ones, and those at Developer Center; the newest first. */
export function targetVersions(asked: Asked): Offer[] {
  const { session, file, plan } = asked;
  const component = componentOf(asked);
  const type = component?.type as ComponentType | undefined;
  if (!type) return [];
  const found = new Map<string, Omit<Offer, 'kind' | 'label'>>();
  const { workspace } = session.project;
  const add = (each: PackageMeaning, more: (offer: Offer) => Offer) => {
    if (each.type !== type || each.version === undefined || found.has(each.version)) return;
    const delta = each.source === null ? '' : `, delta from ${each.source}`;
    found.set(each.version, more({ label: each.version, kind: value, detail: `“${each.name}”${delta}` }));
  };
  const visible = workspace.visible(file).packages;
  for (const each of visible) add(each, (offer) => offer);
  const catalogue = session.catalogue?.packages(type);
  for (const each of catalogue?.kind === 'good' ? catalogue.value : []) {
    if (!found.has(each.version)) found.set(each.version, { detail: `“${each.name}” at Developer Center` });
  }
  for (const each of workspace.packages()) add(each, (offer) => withImport(offer, file, fileOf(each.node)));
  const scheme = (plan?.upgrades.find(({ component: own }) => own === component)?.scheme ?? null) as 'semver' | null;
  const sorted = [...found].sort(([a], [b]) => compareVersions(b, a, scheme) ?? (a < b ? 1 : -1));
  return sorted.map(([version, offer], index) => ({
    ...offer,
    label: `"${version}"`,
    kind: value,
    rank: index / 1000 + (offer.edits ? 5 : 0),
  }));
}

/** Versions that devices have: reported ones with how many report them, and those that packages install. */
export function sourceVersions(asked: Asked): Offer[] {
  const { session, plan, file, typing } = asked;
  const component = componentOf(asked);
  if (!component) return [];
  const key = plan?.product?.statements.find(ast.isProductKey)?.value;
  const devices = key === undefined ? undefined : session.catalogue?.devices(key);
  const counts = new Map<string, number>();
  for (const { versions } of devices?.kind === 'good' ? devices.value.values() : []) {
    const version = versions[component.identifier];
    if (version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  for (const each of session.project.workspace.visible(file).packages) {
    if (each.type !== component.type) continue;
    if (each.source !== null && !counts.has(each.source)) counts.set(each.source, 0);
    if (each.version !== undefined && !counts.has(each.version)) counts.set(each.version, 0);
  }
  const used = new Set(typing.words);
  return [...counts]
    .filter(([version]) => !used.has(`"${version}"`))
    .sort(([, a], [, b]) => b - a)
    .map(([version, count], index) => ({
      label: `"${version}"`,
      kind: value,
      detail: count > 0 ? `${count} ${count === 1 ? 'device reports' : 'devices report'} it` : 'from a package',
      rank: index / 1000,
    }));
}

function componentOf({ session, file, plan, typing }: Asked): ast.Component | undefined {
  const name = typing.words[1];
  const visible = [...session.project.workspace.visible(file).products.values()];
  const all = plan?.product ? plan.components : visible.flatMap((node) => node.statements.filter(ast.isComponent));
  return all.find((component) => component.name === name);
}

/** Zones: those that the workspace uses first, then all; found by city as well. */
export function zones({ session }: Asked): Offer[] {
  const used = new Set(session.project.workspace.plans().flatMap(({ period }) => period?.zone ?? []));
  return zoneNames().map((zone) => ({
    label: `"${zone}"`,
    kind: CompletionItemKind.Constant,
    also: [zone, zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' '), ...otherNamesOf(zone)].join(' '),
    rank: used.has(zone) ? 0 : zone === 'UTC' ? 1 : 2,
    later: { about: 'zone', zone },
  }));
}

/** The zone of the period that is being typed; until it names one, the one that the workspace uses most. */
function assumedZone({ session, file, offset, plan }: Asked): string {
  const rest = file.text.slice(offset, offset + 200).split('\n', 1)[0] ?? '';
  const behind = /\bin\s+"([^"]+)"/.exec(rest)?.[1];
  if (behind !== undefined && isZone(behind)) return behind;
  if (plan?.period?.zone !== undefined) return plan.period.zone;
  const uses = new Map<string, number>();
  for (const { period } of session.project.workspace.plans())
    if (period?.zone !== undefined) uses.set(period.zone, (uses.get(period.zone) ?? 0) + 1);
  return [...uses].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'UTC';
}

/** Days that are likely meant, on the clock of the plan's zone; at the start of a period also whole instants. */
export function dates(asked: Asked): Offer[] {
  const { session, typing, file, offset } = asked;
  const zone = assumedZone(asked);
  const { now } = session;
  const start = typing.words.includes('to') ? typing.words.find((word) => /^\d{4}-\d\d-\d\d$/.test(word)) : undefined;
  const began = start === undefined ? Number.NaN : Date.parse(`${start}T12:00Z`);
  const at = (instant: number) => formatLocal(instant, zone);
  const today = Date.parse(`${at(now).slice(0, 10)}T12:00Z`);
  const weekday = new Date(today).getUTCDay();
  const on = (days: number) => new Date(today + days * day).toISOString().slice(0, 10);
  const days: [string, string][] = Number.isNaN(began)
    ? [
        [on(1), `tomorrow in ${zone}`],
        [on(0), `today in ${zone}`],
        [on((8 - weekday) % 7 || 7), 'next Monday'],
        [on(7), 'in a week'],
        [on(14), 'in two weeks'],
      ]
    : [1, 3, 7, 14, 28].map((count) => [
        new Date(began + count * day).toISOString().slice(0, 10),
        `${count} ${count === 1 ? 'day' : 'days'} after the start`,
      ]);
  const hasTime = /^[\d-]*[ \t]+\d{1,2}:/.test(file.text.slice(offset, offset + 30));
  const instants: [string, string][] =
    hasTime || !Number.isNaN(began)
      ? []
      : [
          [at(now + soon), `now: in ${soon / 60_000} minutes, in ${zone}`],
          [at(Math.ceil((now + 1) / hour) * hour), `next full hour in ${zone}`],
        ];
  return [...days, ...instants].map(([label, detail], index) => ({
    label,
    kind: value,
    detail,
    also: `${label} ${detail}`,
    rank: index,
  }));
}

export function timesOfDay(asked: Asked): Offer[] {
  const { session, typing } = asked;
  const zone = assumedZone(asked);
  const isEnd = typing.words.includes('to');
  const nextHour = formatLocal(session.now + hour, zone).slice(11, 13);
  const offers: [string, string][] = isEnd
    ? [
        ['23:59', 'end of the day'],
        ['00:00', 'midnight'],
        ['18:00', ''],
      ]
    : [
        ['00:00', 'midnight'],
        [`${nextHour}:00`, `next full hour in ${zone}`],
        [formatLocal(session.now + soon, zone).slice(11, 16), `now: in ${soon / 60_000} minutes, in ${zone}`],
        ['08:00', ''],
      ];
  return offers.map(([label, detail], index) => ({ label, kind: value, detail, rank: index }));
}

export function hours(until: boolean): Offer[] {
  return Array.from({ length: until ? 25 : 24 }, (_, hour) => ({
    label: `${String(hour).padStart(2, '0')}:00`,
    kind: value,
    rank: (hour + (until ? 19 : 23)) % 24,
  }));
}

/** Codes of warnings: first those that this plan has now. */
export function codes({ session, file, plan }: Asked): Offer[] {
  const within = plan ? session.project.findings(file.uri).filter(({ severity }) => severity === 'warning') : [];
  const now = new Map(within.map((finding) => [finding.code, finding.message]));
  const known = new Set<string>();
  return rules.flatMap((rule): Offer[] => {
    if (rule.severity !== 'warning' || known.has(rule.code)) return [];
    known.add(rule.code);
    const message = now.get(rule.code);
    return [
      {
        label: rule.code,
        kind: CompletionItemKind.EnumMember,
        detail: message ?? rule.title,
        later: { about: 'rule', code: rule.code },
        rank: message === undefined ? 5 : 0,
      },
    ];
  });
}

const mostKeys = 200;

/** Keys of devices that Developer Center knows or that lists hold, by what is typed; at most {@link mostKeys}. */
export function deviceKeys(asked: Asked, quoted: boolean): Offer[] {
  const { session, file, plan, typing } = asked;
  const prefix = typing.partial.replace(/^"/, '');
  const list =
    typing.block === 'keys'
      ? /devices\s+\S+\s+of\s+(\S+)/.exec(file.text.slice(typing.declarationStart))?.[1]
      : undefined;
  const product =
    plan?.product ?? (list === undefined ? undefined : session.project.workspace.visible(file).product(list));
  const key = product?.statements.find(ast.isProductKey)?.value ?? '';
  const answer = session.catalogue?.devices(key);
  const there = keysThere(asked);
  const offers: Offer[] = [];
  const add = (deviceKey: string, detail: string) => {
    if (!deviceKey.startsWith(prefix) || there.has(deviceKey)) return;
    there.add(deviceKey);
    offers.push({
      label: quoted ? `"${deviceKey}"` : deviceKey,
      kind: value,
      detail,
      rank: 3,
      later: { about: 'device', product: key, key: deviceKey },
    });
  };
  const known = answer?.kind === 'good' ? answer.value : new Map<string, { readonly name?: string }>();
  for (const [deviceKey, { name }] of known) {
    if (offers.length >= mostKeys) break;
    add(deviceKey, name ?? 'at Developer Center');
  }
  for (const { keys, node } of session.project.workspace.deviceLists()) {
    if (product && node.product !== product.name) continue;
    for (const each of keys) {
      if (offers.length >= mostKeys) return offers;
      add(each, `in ${node.name}`);
    }
  }
  return offers;
}

/** Keys that the list or the statement has already. */
function keysThere({ file, typing, offset }: Asked): Set<string> {
  if (typing.block !== 'keys') return new Set(typing.words.map((word) => word.replace(/^"|"$/g, '')));
  const node = file.blockAt(offset)?.declarations.find(ast.isDevices);
  return new Set(node ? keysOf(node).keys : []);
}

/** Files that may be named: sources for an import, otherwise what lies in the folder that is typed. */
export async function paths({ session, file, typing }: Asked, ending?: RegExp): Promise<Offer[]> {
  if (!ending) {
    const imported = new Set(session.project.workspace.imports(file).map(({ uri }) => uri));
    return [...session.project.uris]
      .filter((uri) => uri !== file.uri && !imported.has(uri))
      .map((uri) => ({ label: `"${relativePath(file.uri, uri)}"`, kind: CompletionItemKind.File }));
  }
  const typed = typing.partial.replace(/^"/, '');
  const inFolder = typed.includes('/') ? typed.slice(0, typed.lastIndexOf('/') + 1) : '';
  const folder = `${folderOf(file.uri)}/${inFolder}`.replace(/\/$/, '');
  if (inFolder.startsWith('..') && !session.files.isInside(`${folder}/x`)) return [];
  const names = await session.host.list(folder);
  return names
    .filter((name) => name.endsWith('/') || ending.test(name))
    .map((name) => ({
      label: `"${inFolder}${name}"`,
      kind: name.endsWith('/') ? CompletionItemKind.Folder : CompletionItemKind.File,
      rank: name.endsWith('/') ? 1 : 0,
    }));
}

/** The digest of the file that the statement names, where it is known. */
export function digests({ session, file, typing }: Asked): Offer[] {
  const path = /^"(.*)"$/.exec(typing.words[1] ?? '')?.[1];
  const declared = session.project.workspace
    .packages(file)
    .flatMap(({ files }) => files)
    .find((each) => each.path === path);
  if (declared?.facts.kind !== 'good') return [];
  return [{ label: `"${declared.facts.value.sha256}"`, kind: value, detail: `digest of ${path}` }];
}
