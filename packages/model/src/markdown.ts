import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Text that came from elsewhere, made harmless for a terminal and for one line: no control or direction characters. */
export function shown(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/**
 * Text from plans inside GitHub's and GitLab's Markdown: shown as it is written, and nothing else. No HTML, no formatting, no
 * link, nobody is mentioned, no issue is referenced, no table cell ends.
 *
 * Characters with a meaning become entities. Mentions and references are found in the finished HTML, after entities are resolved,
 * so that `@` and `#` are also parted from what follows by a zero-width non-joiner; addresses lose the colon or the dot that makes
 * them one (GitHub Flavored Markdown, section 6.9).
 */
export function escapeMarkdown(text: string): string {
  return shown(text)
    .replace(/[\\`*_[\]<>#|~$&@]|^[-+=]|(?<=^\d{1,9})[.)]|:(?=\/\/|[a-z0-9_+-]+:)|(?<=\b(?:mailto|xmpp)):/gi, (found) =>
      [...found].map((character) => `&#${character.codePointAt(0)};`).join(''),
    )
    .replace(/^ +/, (blanks) => '&#32;'.repeat(blanks.length))
    .replace(/(&#(?:64|35);)/g, '$1\u200c')
    .replace(/\b(www)\.(?=\S)/gi, '$1&#46;')
    .replace(/\b(GH|gh)-(?=\d)/g, '$1&#45;\u200c');
}

/** Length as GitHub may count it at worst: bytes of UTF-8. */
export function markdownLength(text: string): number {
  return utf8ToBytes(text).length;
}

/** A text of at most `most` characters, cut with an ellipsis; never inside a pair of surrogates. */
export function cutText(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
