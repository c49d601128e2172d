import { type Statement, statements } from './statements.ts';

/** One step of a statement: a word that stands for itself, or a slot to fill in. */
export interface Step {
  readonly kind: 'word' | 'slot' | 'block';
  readonly text: string;
  /** Steps that may come next; `-1` is the end. */
  readonly next: number[];
}

const parsed = new Map<Statement, { readonly steps: readonly Step[]; readonly first: readonly number[] }>();

/** Reads a statement's shape into steps. `[ … ]` may be left out, `[ … ]…` comes any number of times. */
export function stepsOf(statement: Statement) {
  const known = parsed.get(statement);
  if (known) return known;
  const tokens = statement.shape.replaceAll('{ }', '{}').split(' ');
  const steps: Step[] = [];
  /** Parses up to a closing bracket; `open` are the steps whose next is not known yet (`-2` stands for the beginning). */
  const sequence = (from: number, incoming: number[]): { at: number; open: number[]; first: number[] } => {
    let at = from;
    let open = incoming;
    const first: number[] = [];
    const connect = (step: number) => {
      for (const each of open) {
        if (each === -2) first.push(step);
        else steps[each]?.next.push(step);
      }
    };
    while (at < tokens.length && !(tokens[at] ?? '').startsWith(']')) {
      const token = tokens[at] ?? '';
      if (token === '[') {
        const before = open;
        const firstInner = steps.length;
        const inner = sequence(at + 1, open);
        first.push(...inner.first);
        if (tokens[inner.at] === ']…')
          for (const each of inner.open) if (each >= firstInner) steps[each]?.next.push(firstInner);
        open = [...new Set([...before, ...inner.open])];
        at = inner.at + 1;
        continue;
      }
      const step: Step = token.startsWith('<')
        ? { kind: 'slot', text: token.slice(1, -1), next: [] }
        : { kind: token === '{}' ? 'block' : 'word', text: token === '{}' ? '{' : token, next: [] };
      steps.push(step);
      connect(steps.length - 1);
      open = [steps.length - 1];
      at++;
    }
    return { at, open, first };
  };
  const { open, first } = sequence(0, [-2]);
  for (const each of open) if (each >= 0) steps[each]?.next.push(-1);
  const result = { steps, first };
  parsed.set(statement, result);
  return result;
}

/** Which steps could come after the words of a statement. Words that fit nothing are passed over: people type in the middle. */
export function stepsAfter(statement: Statement, words: readonly string[]): readonly number[] {
  const { steps, first } = stepsOf(statement);
  let possible: readonly number[] = first;
  for (const word of words) {
    const taken = possible.filter((index) => index >= 0 && takes(steps[index], word));
    const exact = taken.filter((index) => steps[index]?.kind === 'word');
    const following = (exact.length > 0 ? exact : taken).flatMap((index) => steps[index]?.next ?? []);
    if (following.length > 0) possible = [...new Set(following)];
  }
  return possible;
}

function takes(step: Step | undefined, word: string): boolean {
  if (!step) return false;
  if (step.kind !== 'slot') return step.text === word || (step.text === 'times' && word === 'time');
  if (step.text === 'offset') return /^[+-]\d\d:\d\d$/.test(word);
  if (step.text === 'date') return /^\d{4}-/.test(word);
  if (step.text === 'time' || step.text.startsWith('push-')) return /^\d{1,2}:/.test(word);
  if (step.text === 'count' || step.text === 'signal') return /^[+-]?\d/.test(word);
  return word !== ',' && word !== '{' && word !== ':';
}

/** The statement that begins with some words in a block, under its key there. */
export function statementOf(
  block: string,
  words: readonly string[],
): { key: string; statement: Statement } | undefined {
  const inBlock = statements[block] ?? {};
  const [first = ''] = words;
  const key =
    Object.keys(inBlock).find((each) => each.split(' ')[0] === first) ??
    (block === 'waves' && /^\d/.test(first) ? '%' : undefined);
  const statement = key === undefined ? undefined : inBlock[key];
  return key !== undefined && statement ? { key, statement } : undefined;
}
