import { createLangiumReader } from './services.ts';
import { SourceParser } from './syntax/source.ts';

let parser: SourceParser | undefined;

/** A parser for whoever has none of their own. It remembers nothing of what it read, so sharing it is harmless. */
export function defaultParser(): SourceParser {
  parser ??= new SourceParser(createLangiumReader);
  return parser;
}
