import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { CliError, exits, type Io } from './io.ts';
import { shown } from './text/shown.ts';

/** A row of a CSV file by the names of its header, and the line on which it stands (the first is 1). */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface CsvOptions {
  /** Columns that the header has to have. */
  readonly needed: readonly string[];
  /** A file without a header that has one value a line gives it this name; the header is told by `needed`. */
  readonly oneALine?: string;
}

/** Rows of a CSV file. Throws a CliError that names the file and the line. */
export function readCsv(io: Io, file: string, { needed, oneALine }: CsvOptions): CsvRow[] {
  const [head, ...rest] = parsed(file, readText(io, file));
  const fail = (line: number, what: string) => new CliError(exits.usage, `${file}, line ${line}: ${what}.`);
  if (!head) return [];
  const has = needed.filter((name) => head.cells.includes(name));
  if (oneALine !== undefined && has.length === 0) {
    return [head, ...rest].map(({ line, cells: [only = '', ...others] }) => {
      if (others.some((cell) => cell !== '')) {
        throw fail(head.line, `the header lacks ${needed.join(', ')}; without a header, one value a line`);
      }
      return { line, cells: { [oneALine]: only } };
    });
  }
  const lacking = needed.filter((name) => !head.cells.includes(name));
  if (lacking.length > 0) throw fail(head.line, `the header lacks ${lacking.join(', ')}`);
  return rest.map(({ line, cells }) => {
    if (cells.length > head.cells.length) {
      throw fail(line, `${cells.length} values, but the header has ${head.cells.length} columns`);
    }
    return { line, cells: Object.fromEntries(head.cells.map((name, i) => [name, cells[i] ?? ''])) };
  });
}

/** Throws the CliError of a value that is not what it should be. */
export function wrongCell(file: string, line: number, value: string, what: string): never {
  throw new CliError(
    exits.usage,
    `${file}, line ${line}: “${shown(value)}” is not ${what}. Correct the line and run again.`,
  );
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

function parsed(file: string, text: string): Line[] {
  try {
    const rows: unknown = parse(text, {
      bom: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    });
    // With `info`, every row is a record with the parser's state after it; without `columns`, its cells are texts.
    return (rows as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      line: info.lines,
      cells: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    throw new CliError(exits.usage, `${file}, line ${line}: it is no CSV (${shown(error.message)}).`);
  }
}

function readText(io: Io, file: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    throw new CliError(exits.usage, `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
