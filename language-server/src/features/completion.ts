import { ast, blockOfNode } from '@otaplan/language';
import { formatLocal, formatOffset, isZone, nextClockChange, offsetAt as zoneOffset } from '@otaplan/model';
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  InsertTextFormat,
  MarkupKind,
  type Range,
} from 'vscode-languageserver';
import { components, lists, products } from '../completion/names.ts';
import type { Asked, Later, Offer } from '../completion/offer.ts';
import * as values from '../completion/values.ts';
import { offsetAt } from '../cursor.ts';
import { describeDevice } from '../describe.ts';
import { aboutRule } from '../hover/words.ts';
import type { Session } from '../session.ts';
import { statementOf, stepsAfter, stepsOf } from '../shapes.ts';
import { statements } from '../statements.ts';
import { typingAt } from '../typing.ts';
import type { Feature } from './feature.ts';

/** What may be written here: statements that are missing first, names with their import, values that are known. */
export const completion: Feature = {
  capabilities: { completionProvider: { triggerCharacters: ['"', ' ', '/', ','], resolveProvider: true } },
  register(connection, session) {
    connection.onCompletion(
      session.answering(async ({ textDocument, position }): Promise<CompletionList> => {
        const none: CompletionList = { isIncomplete: false, items: [] };
        const file = session.source(textDocument.uri)?.file;
        if (!file) return none;
        const offset = offsetAt(file, position);
        const typing = typingAt(file, offset);
        if (typing.inComment) return none;
        const block = file.blockAt(offset);
        const node = block?.declarations.find(ast.isPlan);
        const plan = node && blockOfNode(node).file === file ? session.project.workspace.plan(node) : undefined;
        const asked: Asked = { session, file, typing, offset, plan };
        const offers = await offersFor(asked);
        const closing = typing.partial.startsWith('"') && file.text[offset] === '"' ? 1 : 0;
        const range = file.range(typing.start, offset + closing);
        const items = offers.map((offer) => itemOf(offer, range, session));
        return { isIncomplete: offers.some(({ later }) => later?.about === 'device'), items };
      }),
    );
    connection.onCompletionResolve((item) => {
      const value = told(session, item.data as Later | undefined);
      return value === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
    });
  },
};

/** What is told of an offer when it is looked at. */
function told(session: Session, later: Later | undefined): string | undefined {
  switch (later?.about) {
    case 'zone':
      return isZone(later.zone) ? aboutZone(session, later.zone) : undefined;
    case 'device':
      return describeDevice(session, later.product, later.key);
    case 'statement':
      return statements[later.block]?.[later.key]?.meaning;
    case 'rule':
      return aboutRule(later.code);
    default:
      return undefined;
  }
}

async function offersFor(asked: Asked): Promise<Offer[]> {
  const { typing } = asked;
  if (typing.block === 'keys') return values.deviceKeys(asked, false);
  if (typing.words.length === 0) return statementOffers(asked);
  const found = statementOf(typing.block, typing.words);
  if (!found) return [];
  const { steps } = stepsOf(found.statement);
  const offers: Offer[] = [];
  for (const index of stepsAfter(found.statement, typing.words)) {
    const step = steps[index];
    if (!step || step.kind === 'block') continue;
    if (step.kind === 'word') {
      if (/^[\p{L}%>]/u.test(step.text)) offers.push({ label: step.text, kind: CompletionItemKind.Keyword, rank: 4 });
    } else offers.push(...(await slotOffers(step.text, asked)));
  }
  return offers;
}

/** Statements of the block: required ones that are missing first, those that are there already not at all. */
function statementOffers({ typing, plan }: Asked): Offer[] {
  const inMode = typing.block === 'mode' ? plan?.mode?.kind : undefined;
  return Object.entries(statements[typing.block] ?? {}).flatMap(([key, statement], index): Offer[] => {
    const there = (typing.present.get(key.split(' ')[0] ?? '') ?? 0) > 0;
    if (there && !statement.many) return [];
    if (inMode === 'manual' && (key === 'on request only' || key === 'after rejection')) return [];
    if (inMode === 'silent' && key === 'text') return [];
    const missing = statement.required === true && !there;
    return [
      {
        label: key === '%' ? '10 %' : key,
        kind: CompletionItemKind.Keyword,
        text: statement.snippet,
        snippet: true,
        detail: missing ? `${statement.shape} (missing)` : statement.shape,
        later: { about: 'statement', block: typing.block, key },
        rank: (missing ? 0 : 2) + index / 100,
      },
    ];
  });
}

const plain = (labels: readonly string[], kind: CompletionItemKind = CompletionItemKind.EnumMember): Offer[] =>
  labels.map((label, rank) => ({ label, kind, rank }));

async function slotOffers(slot: string, asked: Asked): Promise<Offer[]> {
  switch (slot) {
    case 'product':
      return products(asked);
    case 'component':
      return components(asked);
    case 'target':
      return [...(asked.typing.partial.startsWith('"') ? [] : lists(asked)), ...values.deviceKeys(asked, true)];
    case 'version':
      return values.targetVersions(asked);
    case 'source':
      return values.sourceVersions(asked);
    case 'zone':
      return values.zones(asked);
    case 'date':
      return values.dates(asked);
    case 'time':
      return values.timesOfDay(asked);
    case 'push-from':
      return [...values.hours(false), { label: 'any time', kind: CompletionItemKind.Keyword, rank: -1 }];
    case 'push-to':
      return values.hours(true);
    case 'code':
      return values.codes(asked);
    case 'path':
      return values.paths(asked);
    case 'list':
      return values.paths(asked, /\.(csv|tsv|txt)$/i);
    case 'package-path':
      return values.paths(asked, /\.(tar\.gz|mini_[12]|bin(_[12])?|pack|rar|tar|s19|zip|py)$/i);
    case 'digest':
      return values.digests(asked);
    case 'kind':
      return plain(['silent', 'manual']);
    case 'component-type':
      return plain(['module', 'mcu']);
    case 'scheme':
      return plain(['semver', 'dotted', 'text']);
    case 'duration-unit':
      return plain(['min', 'h', 'd'], CompletionItemKind.Unit);
    case 'language':
      return plain('en zh de es fr it ja ko nl pl pt ru sv tr'.split(' '));
    case 'reason':
      return [{ label: '"…"', kind: CompletionItemKind.Text, text: '"$1"', snippet: true }];
    default:
      return [];
  }
}

function itemOf(offer: Offer, range: Range, session: Session): CompletionItem {
  const { snippets } = session.client;
  const text = offer.text ?? offer.label;
  const asSnippet = offer.snippet === true && snippets;
  return {
    label: offer.label,
    kind: offer.kind,
    textEdit: { range, newText: asSnippet ? text : offer.snippet ? withoutStops(text) : text },
    insertTextFormat: asSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    sortText: String(Math.round(((offer.rank ?? 3) + 1) * 1000)).padStart(6, '0'),
    filterText: offer.label.startsWith('"') ? `"${offer.also ?? offer.label.slice(1)}` : (offer.also ?? offer.label),
    ...(offer.detail === undefined ? {} : { detail: offer.detail }),
    ...(offer.edits ? { additionalTextEdits: [...offer.edits] } : {}),
    ...(offer.later ? { data: offer.later } : {}),
  };
}

/** A snippet for clients that know none: its stops by what they suggest. */
function withoutStops(snippet: string): string {
  return snippet
    .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d+/g, '');
}

function aboutZone(session: Session, zone: string): string {
  const { now } = session;
  const change = nextClockChange(zone, now);
  const next = change
    ? `Next change: ${formatLocal(change.at, zone)}, to UTC${formatOffset(change.after)}.`
    : 'No change of the clock is known.';
  return `Now ${formatLocal(now, zone)}, UTC${formatOffset(zoneOffset(zone, now))}. ${next}`;
}
