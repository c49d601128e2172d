import { ast, relativePath, rules } from '@otaplan/language';
import { type ComponentType, compareVersions, formatLocal, zoneNames } from '@otaplan/model';
import { CompletionItemKind } from 'vscode-languageserver';
import { folderOf } from '../uris.ts';
import type { Asked, Offer } from './offer.ts';

const day = 24 * 3_600_000;
const value = CompletionItemKind.Value;

/** Versions of packages for a component: declared ones, and those at Developer Center; the newest first. */
export function targetVersions(asked: Asked): Offer[] {
  const { session, file, plan } = asked;
  const component = componentOf(asked);
  const type = component?.type as ComponentType | undefined;
  if (!type) return [];
  const found = new Map<string, string>();
  for (const each of session.project.workspace.visible(file).packages) {
    if (each.type !== type || each.version === undefined) continue;
    const delta = each.source === null ? '' : `, delta from ${each.source}`;
    found.set(each.version, `“${each.name}”${delta}`);
  }
  const catalogue = session.catalogue?.packages(type);
  for (const each of catalogue?.kind === 'good' ? catalogue.value : []) {
    if (!found.has(each.version)) found.set(each.version, `“${each.name}” at Developer Center`);
  }
  const scheme = (plan?.upgrades.find(({ component: own }) => own === component)?.scheme ?? null) as 'semver' | null;
  const sorted = [...found].sort(([a], [b]) => compareVersions(b, a, scheme) ?? (a < b ? 1 : -1));
  return sorted.map(([version, detail], index) => ({ label: `"${version}"`, kind: value, detail, rank: index / 1000 }));
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
    also: `${zone} ${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')}`,
    rank: used.has(zone) ? 0 : zone === 'UTC' ? 1 : 2,
    later: { about: 'zone', zone },
  }));
}

/** Days that are likely meant, on the clock of the plan's zone. */
export function dates({ session, plan, typing }: Asked): Offer[] {
  const zone = plan?.period?.zone ?? 'UTC';
  const { now } = session;
  const at = (instant: number) => formatLocal(instant, zone).slice(0, 10);
  const start = typing.words.includes('to') ? typing.words.find((word) => /^\d{4}-\d\d-\d\d$/.test(word)) : undefined;
  const began = start === undefined ? Number.NaN : Date.parse(`${start}T12:00Z`);
  const monday = ((8 - new Date(now).getUTCDay()) % 7) + (new Date(now).getUTCDay() === 1 ? 7 : 0);
  const days: [string, string][] = Number.isNaN(began)
    ? [
        [at(now), 'today'],
        [at(now + day), 'tomorrow'],
        [at(now + Math.max(1, monday) * day), 'next Monday'],
        [at(now + 7 * day), 'in a week'],
        [at(now + 14 * day), 'in two weeks'],
      ]
    : [1, 3, 7, 14, 28].map((count) => [
        new Date(began + count * day).toISOString().slice(0, 10),
        `${count} ${count === 1 ? 'day' : 'days'} after the start`,
      ]);
  return days.map(([date, detail], index) => ({
    label: date,
    kind: value,
    detail,
    also: `${date} ${detail}`,
    rank: index,
  }));
}

export function timesOfDay({ session, plan, typing }: Asked): Offer[] {
  const zone = plan?.period?.zone ?? 'UTC';
  const isEnd = typing.words.includes('to');
  const nextHour = formatLocal(session.now + 3_600_000, zone).slice(11, 13);
  const offers: [string, string][] = isEnd
    ? [
        ['23:59', 'end of the day'],
        ['00:00', 'midnight'],
        ['18:00', ''],
      ]
    : [
        ['00:00', 'midnight'],
        [`${nextHour}:00`, 'next full hour'],
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
        detail: rule.title,
        documentation: message ?? `${rule.sentence} ${rule.why}`,
        rank: message === undefined ? 5 : 0,
      },
    ];
  });
}

/** Keys of devices that Developer Center knows or that lists hold, by what is typed; at most 200. */
export function deviceKeys({ session, file, plan, typing }: Asked, quoted: boolean): Offer[] {
  const prefix = typing.partial.replace(/^"/, '');
  const list =
    typing.block === 'keys'
      ? /devices\s+\S+\s+of\s+(\S+)/.exec(file.text.slice(typing.declarationStart))?.[1]
      : undefined;
  const product =
    plan?.product ?? (list === undefined ? undefined : session.project.workspace.visible(file).product(list));
  const key = product?.statements.find(ast.isProductKey)?.value ?? '';
  const answer = session.catalogue?.devices(key);
  const offers: Offer[] = [];
  const add = (deviceKey: string, detail: string) => {
    if (offers.length >= 200 || !deviceKey.startsWith(prefix)) return;
    offers.push({
      label: quoted ? `"${deviceKey}"` : deviceKey,
      kind: value,
      detail,
      rank: 3,
      later: { about: 'device', product: key, key: deviceKey },
    });
  };
  if (answer?.kind === 'good')
    for (const [deviceKey, { name }] of answer.value) add(deviceKey, name ?? 'at Developer Center');
  else
    for (const { keys, node } of session.project.workspace.deviceLists())
      for (const each of keys) if (offers.length < 200) add(each, `in ${node.name}`);
  return offers;
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
