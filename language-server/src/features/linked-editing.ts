import type { LinkedEditingRanges } from 'vscode-languageserver';
import { mentions, rangeOf } from '../things.ts';
import type { Feature } from './feature.ts';
import { find } from './navigation.ts';

/**
 * A name and its uses are typed together where all of them stand in this document: a product, component or list that no
 * other file names. What others name is for a rename, which reaches them.
 */
export const linkedEditing: Feature = {
  capabilities: { linkedEditingRangeProvider: true },
  register(connection, session) {
    connection.languages.onLinkedEditingRange(
      session.answering(({ textDocument, position }): LinkedEditingRanges | null => {
        const found = find(session, textDocument.uri, position);
        const { thing } = found ?? {};
        // A plan's or package's name stands in one place only.
        if (!found || !thing || thing.kind === 'plan' || thing.kind === 'package') return null;
        const places = mentions(session.project, thing).map(({ at }) => at);
        const elsewhere = places.some(({ source }) => source !== found.file);
        const said = places.some(({ source, start, end }) => source.text.slice(start, end) !== found.cursor.word);
        if (places.length < 2 || elsewhere || said) return null;
        return { ranges: places.map((at) => rangeOf(at)), wordPattern: String.raw`[\p{L}_][\p{L}\p{M}\p{N}_-]*` };
      }),
    );
  },
};
