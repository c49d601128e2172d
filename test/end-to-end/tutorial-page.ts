/** docs/tutorial.md as data: the files a reader saves, the commands they type, and what the page says they see. */

export type TutorialStep =
  | { readonly kind: 'file'; readonly line: number; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: number; readonly command: string; readonly answer: string };

/**
 * Reads the fenced blocks of a page, in order. A block whose info string names a file in brackets is that file's content; in a
 * `console` block, lines that begin with `$ ` are commands (`> ` goes on with one) and the others what they answer.
 */
export function tutorialSteps(page: string): TutorialStep[] {
  const steps: TutorialStep[] = [];
  for (const match of page.matchAll(/^```(\w+)(?: \[([^\]\n]+)\])?\n(.*?)^```$/gms)) {
    const [, language = '', name, text = ''] = match;
    const line = page.slice(0, match.index).split('\n').length;
    if (name !== undefined) steps.push({ kind: 'file', line, name, text });
    else if (language === 'console') steps.push(...commands(text, line + 1));
    else throw new Error(`docs/tutorial.md:${line}: a reader does not know what to do with this block.`);
  }
  return steps;
}

function commands(text: string, first: number): TutorialStep[] {
  const found: { line: number; command: string; answer: string }[] = [];
  for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
    const last = found.at(-1);
    if (line.startsWith('$ ')) found.push({ line: first + i, command: line.slice(2), answer: '' });
    else if (last === undefined) throw new Error(`docs/tutorial.md:${first + i}: an answer without a command.`);
    else if (line.startsWith('> ') && last.answer === '') last.command += `\n${line.slice(2)}`;
    else last.answer += `${line}\n`;
  }
  return found.map((step) => ({ kind: 'command', ...step }));
}

/** Whether an answer is what the page says: `…` stands for anything within a line, and alone on one for any lines. */
export function answers(expected: string, actual: string): boolean {
  const lines = expected
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(literally).join('.*?')}\n`));
  return new RegExp(`^${lines.join('').replace(/\n$/, '')}$`).test(actual);
}

/** A text as a pattern that only it matches. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
