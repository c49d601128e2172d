import type { Part } from '../../syntax/source.ts';
import { stretchesOf } from '../../syntax/stretches.ts';
import { replace, rule } from '../rule.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL is what is looked for
const damage = /\u0000|\ufffd|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const syn007 = rule({
  code: 'SYN007',
  severity: 'error',
  title: 'Not UTF-8 text',
  sentence: 'A file must be UTF-8 text, without NUL and without halves of surrogate pairs.',
  why: 'Such characters come from a wrong encoding or a damaged file. Others would read something else in their place.',
  bad: 'name "Z\ufffdhler"',
  good: 'name "Zähler"',
  on: 'part',
  *check(part) {
    const { file, offset } = part;
    for (const { character, index } of matches(part, damage)) {
      const what =
        character === '\0'
          ? 'A NUL'
          : character === '\ufffd'
            ? 'Something that was not UTF-8'
            : 'Half of a surrogate pair';
      yield {
        at: { source: file, start: offset + index, end: offset + index + 1 },
        message: `${what} stands here. Save the file as UTF-8, and write the character again.`,
      };
    }
  },
});

/** Characters of a part, each with its place; two margins that meet do not tell one twice. */
function* matches(part: Part, wanted: RegExp): Iterable<{ character: string; index: number }> {
  let last = -1;
  for (const { start, text } of stretchesOf(part)) {
    for (const { 0: character, index } of text.matchAll(wanted)) {
      if (start + index <= last) continue;
      last = start + index;
      yield { character, index: last };
    }
  }
}

/** Characters that change how a text looks without being seen: bidirectional controls, zero width, other formats and controls. */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029\u3164\uffa0]/gu;
/** A joiner behind an emoji, or in a script that is not written without joiners: there it is part of the spelling. */
const joins =
  /(?:\ufe0f|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}])(?:\u200c|\u200d)$/u;
const names = /[\p{L}_][\p{L}\p{M}\p{N}_-]*/gu;

export const syn008 = rule({
  code: 'SYN008',
  severity: 'warning',
  title: 'Invisible or look-alike characters',
  sentence: 'Texts, comments and names should consist of characters that a reader can see and tell apart.',
  why: 'A reviewer could be shown one plan and approve another: bidirectional controls reorder what is seen, and a Cyrillic “а” passes for a Latin “a”.',
  bad: 'include pil\u043et   // the o is Cyrillic',
  good: 'include pilot',
  on: 'part',
  *check(part) {
    const { file, offset, text } = part;
    for (const { character, index } of matches(part, invisible)) {
      const start = offset + index;
      // A NUL is SYN007's, a byte order mark is none of the text, and outside texts and comments it is SYN001's.
      if (character === '\0' || (character === '\ufeff' && start === 0) || isUnexpected(part, index)) continue;
      if (joins.test(text.slice(Math.max(0, index - 2), index + 1))) continue;
      const at = { source: file, start, end: start + character.length };
      const code = (character.codePointAt(0) ?? 0).toString(16);
      yield {
        at,
        message: `The invisible character U+${code.toUpperCase().padStart(4, '0')} stands here. Remove it, or write \`\\u{${code}}\` in a text that needs it.`,
        fixes: () => [replace('Remove it', at, '', false), replace('Write it as an escape', at, `\\u{${code}}`)],
      };
    }
    yield* lookAlikes(part);
  },
});

function* lookAlikes(part: Part) {
  const { file, offset, text } = part;
  // Nearly everything is ASCII outside texts and comments; only the rest needs the walk over words.
  if (!stretchesOf(part).some((stretch) => /[^\x20-\x7e\s]/.test(stretch.text))) return;
  const bare = text.replace(/"(?:\\.|[^"\\\n\r])*"?|\/\/[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$)/g, (hidden) =>
    ' '.repeat(hidden.length),
  );
  for (const { 0: name, index } of bare.matchAll(names)) {
    const latin = /\p{Script=Latin}/u.test(name);
    const other = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]|[\uff21-\uff5a]/u.exec(
      name,
    )?.[0];
    if (other === undefined || !(latin || onlyLookAlikes(name))) continue;
    const at = { source: file, start: offset + index, end: offset + index + name.length };
    const plain = [...name].map((letter) => twins[letter] ?? letter).join('');
    yield {
      at,
      message: `The name \`${name}\` holds “${other}”, which looks like another letter and is not. Write the name anew.`,
      fixes: () => (plain === name ? [] : [replace(`Change to \`${plain}\``, at, plain, false)]),
    };
  }
}

/** Letters that look like a Latin one. */
const twins: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'аa',
    'еe',
    'оo',
    'рp',
    'сc',
    'уy',
    'хx',
    'іi',
    'јj',
    'ѕs',
    'һh',
    'ԁd',
    'АA',
    'ВB',
    'ЕE',
    'КK',
    'МM',
    'НH',
    'ОO',
    'РP',
    'СC',
    'ТT',
    'ХX',
    'οo',
    'αa',
    'νv',
    'ΑA',
    'ΒB',
    'ΕE',
    'ΟO',
    'ΡP',
    'ΤT',
  ].map(([twin = '', letter = '']) => [twin, letter]),
);

function onlyLookAlikes(name: string): boolean {
  return [...name].every((letter) => letter in twins || /[\p{N}_-]/u.test(letter));
}

function isUnexpected({ problems }: Part, index: number): boolean {
  return problems.some(({ code, start, end }) => code === 'SYN001' && start <= index && index < end);
}
