import { type CstNode, DefaultValueConverter, type GrammarAST, type ValueType } from 'langium';
import { unquote } from './values.ts';

/** Turns token text into values: strings lose quotes and escapes; numbers keep their text, so that rules see what was written. */
export class OtaplanValueConverter extends DefaultValueConverter {
  protected override runConverter(rule: GrammarAST.AbstractRule, input: string, cstNode: CstNode): ValueType {
    return rule.name === 'STRING' ? unquote(input) : super.runConverter(rule, input, cstNode);
  }
}
