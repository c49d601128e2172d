import { createToken, Lexer, type TokenType } from 'chevrotain';
import { AstUtils, type Grammar, GrammarAST, GrammarUtils, type TokenBuilder } from 'langium';

/**
 * The token types of the grammar: its terminals by name and its keywords by their text. They carry no patterns, since
 * `OtaplanLexer` cuts by hand; working patterns out would take a third of the time it takes to start. Every keyword that
 * is a word is also a `NAME` (a token category), so that any keyword may be used as a name without listing it in a
 * rule; where both could stand, the grammar's keyword wins.
 */
export class OtaplanTokenBuilder implements TokenBuilder {
  buildTokens(grammar: Grammar): TokenType[] {
    const rules = [...GrammarUtils.getAllReachableRules(grammar, false)];
    const terminals = rules.filter(GrammarAST.isTerminalRule).map(({ name }) => token(name));
    const name = terminals.find((type) => type.name === 'NAME');
    const parserRules = rules.filter((rule) => !GrammarAST.isTerminalRule(rule));
    const keywords = new Set(
      parserRules.flatMap((rule) =>
        [...AstUtils.streamAllContents(rule).filter(GrammarAST.isKeyword)].map(({ value }) => value),
      ),
    );
    const categories = (keyword: string) => (name && /^[A-Za-z]/.test(keyword) ? [name] : []);
    return [...[...keywords].map((keyword) => token(keyword, categories(keyword))), ...terminals];
  }
}

function token(name: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, pattern: Lexer.NA, categories });
}
