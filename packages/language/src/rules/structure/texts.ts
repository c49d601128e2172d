import { characters, limits } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { nearest } from '../../syntax/nearest.ts';
import { placeOf } from '../../syntax/source.ts';
import { appendStatement, insertAfter, on, type Problem, replace, rule } from '../rule.ts';

const englishText = 'text en "A new version is ready to be installed."';

export const sem015 = rule({
  code: 'SEM015',
  severity: 'error',
  title: 'Text for the end user',
  sentence: 'A manual plan must have a text for the end user, in a language that there is.',
  why: 'The end user is asked to confirm, and has to read what.',
  bad: 'mode manual',
  good: 'mode manual { text en "New firmware: longer battery life." }',
  on: 'plan',
  *check(plan) {
    const mode = plan.first(ast.isMode);
    if (mode?.kind !== 'manual') return;
    const texts = mode.statements.filter(ast.isUpgradeText);
    if (texts.length === 0 && !plan.broken) {
      yield {
        at: placeOf(mode, 'kind'),
        message: 'A manual plan asks the end user, and this one has no text to ask with. Add `text en "…"`.',
        fixes: () => {
          const whole = placeOf(mode);
          const hasBlock = whole.source.text[whole.end - 1] === '}';
          if (hasBlock) return [appendStatement('Add a text in English', whole, englishText, false)];
          return [insertAfter('Add a text in English', whole, ` {\n    ${englishText}\n  }`, false)];
        },
      };
    }
    for (const text of texts) {
      if (text.text.trim() === '') {
        const at = placeOf(text, 'text');
        yield {
          at,
          message: `The text for \`${text.language}\` is empty. Write what the end user should read.`,
          fixes: () => [replace('Write a text in English', at, '"A new version is ready to be installed."', false)],
        };
      }
      if (!isLanguage(text.language)) {
        const at = placeOf(text, 'language');
        const guess = languageFor(text.language);
        const advice = guess === undefined ? 'Write one such as `en` or `zh`.' : `Did you mean \`${guess}\`?`;
        yield {
          at,
          message: `\`${text.language}\` is not a language tag. ${advice}`,
          fixes: () => (guess === undefined ? [] : [replace(`Change to \`${guess}\``, at, guess, false)]),
        };
      }
    }
  },
});

export const sem016 = rule({
  code: 'SEM016',
  severity: 'error',
  title: 'Text too long',
  sentence: 'A text for the end user, and the remarks of a package, must have at most 200 characters.',
  why: 'Developer Center takes no longer ones.',
  bad: 'remarks "… 201 characters …"',
  good: 'remarks "Wakes up faster from power saving"',
  on: 'plan',
  *check(plan) {
    for (const node of plan.first(ast.isMode)?.statements.filter(ast.isUpgradeText) ?? []) {
      yield* tooLong(`text for \`${node.language}\``, node, limits.textCharacters);
    }
  },
  also: [
    on('package', function* ({ node }) {
      const remarks = node.statements.find(ast.isPackageRemarks);
      if (remarks) yield* tooLong('remark', remarks, limits.remarksCharacters);
    }),
  ],
});

function* tooLong(what: string, node: ast.UpgradeText | ast.PackageRemarks, most: number): Iterable<Problem> {
  const length = characters(node.text);
  if (length <= most) return;
  yield { at: placeOf(node, 'text'), message: `The ${what} has ${length} characters, over ${most}. Shorten it.` };
}

let displayNames: Intl.DisplayNames | undefined;

/** The English name of a language; `undefined` when there is none. Throws a RangeError for what cannot be a tag. */
function nameOf(tag: string): string | undefined {
  // Made for the first tag that is none of the well-known: it takes longer than a small check.
  displayNames ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  return displayNames.of(tag);
}

function isLanguage(tag: string): boolean {
  if (tags.includes(tag)) return true;
  try {
    return nameOf(tag) !== undefined || nameOf(tag.split('-')[0] ?? '') !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const tags: readonly string[] =
  'en zh de fr es it pt nl pl cs sv da nb fi ru uk tr ar he hi ja ko th vi id el hu ro'.split(' ');
/** Country codes that are taken for languages. */
const byCountry: Readonly<Record<string, string>> = {
  cn: 'zh',
  jp: 'ja',
  kr: 'ko',
  cz: 'cs',
  dk: 'da',
  gb: 'en',
  us: 'en',
  at: 'de',
};

function languageFor(text: string): string | undefined {
  const lower = text.toLowerCase().replaceAll('_', '-');
  const base = lower.split('-')[0] ?? '';
  const byName = tags.find((tag) => nameOf(tag)?.toLowerCase() === lower);
  if (byName !== undefined) return byName;
  if (lower !== text && isLanguage(lower)) return lower;
  return byCountry[base] ?? (tags.includes(base) ? base : nearest(lower, tags));
}
