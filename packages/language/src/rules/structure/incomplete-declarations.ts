import * as ast from '../../generated/ast.ts';
import { placeOf } from '../../syntax/source.ts';
import { on, rule } from '../rule.ts';
import { listed } from '../wording.ts';

export const sem025 = rule({
  code: 'SEM025',
  severity: 'error',
  title: 'Declaration not complete',
  sentence: 'A product must have a key, and a package a type, a version and a file.',
  why: 'Without them nothing can be said to Developer Center.',
  bad: 'product water_meter {\n  component modem: module "FOTA"\n}',
  good: 'product water_meter {\n  key "p1WM01"\n  component modem: module "FOTA"\n}',
  on: 'product',
  needsWhole: true,
  *check(product) {
    if (product.statements.some(ast.isProductKey)) return;
    const message = `The product \`${product.name}\` has no key. Add \`key "…"\` with its ProductKey at Developer Center.`;
    yield { at: placeOf(product, 'name'), message };
  },
  also: [
    on(
      'package',
      function* ({ node }) {
        const missing = [
          ...(node.statements.some(ast.isPackageType) ? [] : ['`for module` or `for mcu`']),
          ...(node.statements.some(ast.isPackageVersion) ? [] : ['`version "…"`']),
          ...(node.statements.some(ast.isPackageFile) ? [] : ['`file "…"`']),
        ];
        if (missing.length === 0) return;
        yield { at: placeOf(node, 'name'), message: `The package is not complete. Add ${listed(missing)}.` };
      },
      true,
    ),
  ],
});
