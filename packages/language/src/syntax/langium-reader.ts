import { type CstNode, GrammarUtils, type LangiumCoreServices } from 'langium';
import type { Sought } from './block.ts';
import type { OtaplanLexer } from './lexer.ts';
import { type ParsedPiece, parsePiece } from './problems.ts';

/** What is read by Langium's parser: texts with mistakes, and concrete syntax. */
export class LangiumReader {
  private readonly services: LangiumCoreServices;

  constructor(services: LangiumCoreServices) {
    this.services = services;
  }

  get lexer(): OtaplanLexer {
    return this.services.parser.Lexer as OtaplanLexer;
  }

  /** Reads one piece of a file, whatever is wrong in it. */
  read(text: string): ParsedPiece {
    return parsePiece(text, this.services);
  }

  /** Where something stands in a node's concrete syntax. */
  find(cst: CstNode | undefined, { property, index, keyword }: Sought): { start: number; end: number } | undefined {
    const part =
      property !== undefined
        ? GrammarUtils.findNodeForProperty(cst, property, index)
        : keyword === undefined
          ? cst
          : GrammarUtils.findNodeForKeyword(cst, keyword);
    return part && { start: part.offset, end: part.end };
  }
}
