import { readTable } from './device-table.ts';

/** Device keys from a file. */
export interface ListFile {
  readonly keys: readonly string[];
  /** The file's line (from 1) of each key, in step with `keys`. */
  readonly lines: readonly number[];
  /** Why it is no list of keys, with the line at fault. */
  readonly problem: { readonly line: number; readonly message: string } | undefined;
}

/**
 * Reads a list of devices: a CSV with a header column `device_key` (commas, semicolons or tabs), or one key a line.
 * Blank lines and a byte order mark are no content. What a cell says is kept as it is: rules judge it.
 */
export function readList(text: string): ListFile {
  const none = { keys: [], lines: [] };
  const content = text.replace(/^\ufeff/, '');
  if (content.includes('\ufffd') || content.includes('\0')) {
    const line = content.slice(0, content.search(/[\ufffd\0]/)).split('\n').length;
    return { ...none, problem: { line, message: 'it is not UTF-8 text' } };
  }
  const first = /^\s*([^\r\n]*)/.exec(content)?.[1] ?? '';
  if (!/[,;\t]/.test(first) && unquoted(first) !== 'device_key') return oneKeyALine(content);
  const delimiter = [',', ';', '\t'].find((sign) => first.split(sign).some((cell) => unquoted(cell) === 'device_key'));
  if (delimiter === undefined && unquoted(first) !== 'device_key') {
    return { ...none, problem: { line: 1, message: 'its header has no column `device_key`' } };
  }
  return readTable(content, delimiter ?? ',');
}

function oneKeyALine(content: string): ListFile {
  const keys: string[] = [];
  const lines: number[] = [];
  for (const [index, line] of content.split(/\r\n|\n|\r/).entries()) {
    const key = line.replace(/^[ \t]+|[ \t]+$/g, '');
    if (key === '') continue;
    keys.push(key);
    lines.push(index + 1);
  }
  const [header = '', ...rest] = keys;
  if (!/\d/.test(header) && rest.length > 0 && rest.every((key) => /\d/.test(key))) {
    const message = `it begins with \`${header}\` like a header, but the column of keys is called \`device_key\``;
    return { keys: rest, lines: lines.slice(1), problem: { line: lines[0] ?? 1, message } };
  }
  return { keys, lines, problem: undefined };
}

function unquoted(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}
