import { ast, placeOf, type SourceFile } from '@otaplan/language';
import { formatUtc } from '@otaplan/model';
import { type InlayHint, InlayHintKind, type Range } from 'vscode-languageserver';
import { bytes, count } from '../describe.ts';
import type { Session } from '../session.ts';
import type { Feature } from './feature.ts';

/** UTC beside local times, days of a period, devices of a list, size of a package. Each can be turned off. */
export const inlayHints: Feature = {
  capabilities: { inlayHintProvider: { resolveProvider: false } },
  register(connection, session) {
    connection.languages.inlayHint.on(
      session.answering(({ textDocument, range }): InlayHint[] => {
        const file = session.source(textDocument.uri)?.file;
        return file ? [...hints(session, file, range)] : [];
      }),
    );
  },
};

function* hints(session: Session, file: SourceFile, range: Range): Iterable<InlayHint> {
  const wanted = session.settings.inlayHints ?? {};
  const from = file.offsetAt({ line: range.start.line, character: 0 });
  const to = file.offsetAt({ line: range.end.line + 1, character: 0 });
  const { workspace } = session.project;
  const after = (at: { end: number }, label: string, tooltip: string): InlayHint => ({
    position: file.range(at.end, at.end).start,
    label,
    kind: InlayHintKind.Type,
    paddingLeft: true,
    tooltip,
  });
  for (const block of file.blocks) {
    // Only what is in sight: a long file costs no more than a short one.
    if (block.offset + block.text.length < from || block.offset > to) continue;
    for (const node of block.declarations) {
      if (ast.isPlan(node)) {
        const { period, targets } = workspace.plan(node);
        if (period?.startAt !== undefined && period.endAt !== undefined) {
          const utc = (at: number) => formatUtc(at).replace(/:00Z$/, 'Z').replace('T', ' ');
          if (wanted.utc !== false) {
            yield after(placeOf(period.node, 'start'), utc(period.startAt), 'The start in UTC');
            yield after(placeOf(period.node, 'end'), utc(period.endAt), 'The end in UTC');
          }
          const days = Math.round((period.endAt - period.startAt) / 8_640_000) / 10;
          if (wanted.period !== false && days > 0)
            yield after(placeOf(period.node), count(days, 'day'), 'How long the period is');
        }
        if (wanted.devices !== false && targets?.known && !targets.all) {
          const at = placeOf(targets.node);
          yield after(
            { end: at.start + 'targets'.length },
            count(targets.remaining.length, 'device'),
            'Devices after exclusion',
          );
        }
      } else if (ast.isDevices(node) && wanted.devices !== false) {
        const { keys, known } = workspace.devices(node);
        if (known)
          yield after(placeOf(node, 'product'), count(new Set(keys).size, 'device'), 'Different keys in the list');
      } else if (ast.isPackage(node) && wanted.packages !== false) {
        const meaning = workspace.packages(file).find((each) => each.node === node);
        for (const { node: statement, facts } of meaning?.files ?? []) {
          if (facts.kind === 'good') yield after(placeOf(statement), bytes(facts.value.size), 'Size of the file');
        }
      }
    }
  }
}
