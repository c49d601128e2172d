import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyForms } from './key-forms.ts';

const keys = fc.array(fc.constantFrom('866123040000013', '866123040000014', '86612304000001', '8E14', 'a-b', 'AB12'), {
  maxLength: 8,
});

it('says of an edited list what it says of the same list seen for the first time', () => {
  fc.assert(
    fc.property(keys, keys, fc.nat(8), fc.nat(8), (before, insert, from, length) => {
      const first = Math.min(from, before.length);
      const oldNext = Math.min(first + length, before.length);
      const after = before.toSpliced(first, oldNext - first, ...insert);
      keyForms({ keys: before, change: undefined });
      const change = { before, first, oldNext, newNext: first + insert.length };
      expect(keyForms({ keys: after, change })).toEqual(keyForms({ keys: [...after], change: undefined }));
    }),
  );
});
