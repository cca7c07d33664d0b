import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNestedDeeper } from '../src/nesting.js';

test('the depth of JSON text is that of its value, whatever its strings hold', () => {
  const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a') });
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'max' },
      text,
      fc.integer(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(json, fc.nat({ max: 6 }), fc.constantFrom(0, 1), (value, most, indent) => {
      expect(isNestedDeeper(JSON.stringify(value, undefined, indent), most)).toBe(depthOf(value) > most);
    }),
  );
});

test('text that is not JSON is judged without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('[', '}', '"', '\\', '\n') }), (text) => {
      expect(typeof isNestedDeeper(text)).toBe('boolean');
    }),
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
