import * as ast from '../../generated/ast.ts';
import { nearest } from '../../syntax/nearest.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { replace, rule } from '../rule.ts';
import { shown } from '../wording.ts';

export const onl001 = rule({
  code: 'ONL001',
  severity: 'error',
  title: 'Product not known there',
  sentence: 'The product key must be one of Developer Center that the account may use.',
  why: 'The plan would be refused.',
  bad: 'product water_meter {\n  key "p1WM0l"\n}',
  good: 'product water_meter {\n  key "p1WM01"\n}',
  on: 'product',
  needsCatalogue: true,
  *check(product, { world: { catalogue } }) {
    const key = product.statements.find(ast.isProductKey);
    if (!key) return;
    const answer = catalogue?.product(key.value);
    if (answer?.kind === 'bad') {
      const at = placeOf(key, 'value');
      const known = catalogue?.products?.();
      const keys = known?.kind === 'good' ? known.value : [];
      const title = product.statements.find(ast.isProductTitle)?.value ?? product.name;
      const guess =
        keys.find(({ name }) => name.toLowerCase() === title.toLowerCase())?.productKey ??
        nearest(
          key.value,
          keys.map(({ productKey }) => productKey),
        );
      const question = guess === undefined ? 'Copy the ProductKey from there.' : `Did you mean ${quote(guess)}?`;
      yield {
        at,
        message: `Developer Center does not offer the product ${shown(key.value)}: ${answer.reason}. ${question}`,
        fixes: () => (guess === undefined ? [] : [replace(`Change to ${quote(guess)}`, at, quote(guess), false)]),
      };
    } else if (answer?.kind !== 'good') yield { notKnown: `whether Developer Center has the product ${key.value}` };
  },
});
