import { createToken, Lexer, type TokenType } from 'chevrotain';
import { DefaultTokenBuilder, type Grammar } from 'langium';

/**
 * The token types of the grammar. Every keyword that is a word is also a `NAME` (a token category), so that any keyword
 * may be used as a name without listing it in a rule; where both could stand, the grammar's keyword wins.
 */
export class OtaplanTokenBuilder extends DefaultTokenBuilder {
  override buildTokens(grammar: Grammar): TokenType[] {
    const built = super.buildTokens(grammar, { caseInsensitive: false }) as TokenType[];
    const name = createToken({ name: 'NAME', pattern: Lexer.NA });
    return built.map((type) => {
      if (type.name === 'NAME') return name;
      const isWord = /^[A-Za-z][A-Za-z0-9]*$/.test(type.name) && type.name === type.PATTERN;
      return createToken({ name: type.name, pattern: Lexer.NA, ...(isWord ? { categories: [name] } : {}) });
    });
  }
}
