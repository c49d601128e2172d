import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import type { ListFile } from './lists.ts';

/** Reads the keys of a CSV that has a header with the column `device_key`. */
export function readTable(content: string, delimiter: string): ListFile {
  try {
    const rows: unknown = parse(content, {
      delimiter,
      columns: (header: string[]) => header.map((cell) => cell.trim()),
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
    const keys: string[] = [];
    const lines: number[] = [];
    for (const row of rows as { record: Record<string, string | undefined>; info: { lines: number } }[]) {
      const key = row.record['device_key'];
      if (key === undefined || key === '') {
        return { keys, lines, problem: { line: row.info.lines, message: 'the column `device_key` is empty' } };
      }
      keys.push(key);
      lines.push(row.info.lines);
    }
    return { keys, lines, problem: undefined };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as CsvError & { lines?: number }).lines ?? 1);
    const problem = { line, message: 'a quote is not closed or stands inside a value' };
    return { keys: [], lines: [], problem };
  }
}
