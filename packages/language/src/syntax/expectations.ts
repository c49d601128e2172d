import type { IParserErrorMessageProvider, TokenType } from 'chevrotain';

/** What the parser had wanted at the place of an error. */
export interface Expectation {
  readonly kind: 'token' | 'choice' | 'end';
  /** Names of token types. */
  readonly expected: readonly string[];
}

/**
 * The parser can hand over only a text with an error. This one carries the facts, from which
 * `syntaxProblems` makes the sentence that a person reads.
 */
export class ExpectationProvider implements IParserErrorMessageProvider {
  buildMismatchTokenMessage(options: { expected: TokenType }): string {
    return write('token', [options.expected.name]);
  }
  buildNotAllInputParsedMessage(): string {
    return write('end', []);
  }
  buildNoViableAltMessage(options: { expectedPathsPerAlt: TokenType[][][] }): string {
    return write('choice', first(options.expectedPathsPerAlt.flat()));
  }
  buildEarlyExitMessage(options: { expectedIterationPaths: TokenType[][] }): string {
    return write('choice', first(options.expectedIterationPaths));
  }
}

/** Reads what {@link ExpectationProvider} wrote. */
export function readExpectation(message: string): Expectation {
  const [kind, ...expected] = message.split(' ');
  return { kind: kind === 'token' || kind === 'end' ? kind : 'choice', expected };
}

function write(kind: Expectation['kind'], names: readonly string[]): string {
  return [kind, ...new Set(names)].join(' ');
}

function first(paths: readonly TokenType[][]): string[] {
  return paths.flatMap((path) => path[0]?.name ?? []);
}
