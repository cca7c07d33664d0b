import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTemplate } from '../../src/templates/parse-template.js';

test('fields are in the text by their names, with where they are and what they may be', () => {
  const { text, fields } = parseTemplate('Knee [[side: left | right]]:\r\nno [[finding]], 5 mg.');
  expect(text).toBe('Knee [side]:\nno [finding], 5 mg.');
  expect(fields.map(({ start, end, ...field }) => ({ ...field, said: text.slice(start, end) }))).toEqual([
    { name: 'side', choices: ['left', 'right'], said: '[side]' },
    { name: 'finding', choices: [], said: '[finding]' },
  ]);
});

test.each([
  '[[]]',
  '[[ ]]',
  '[[: left | right]]',
  '[side]',
  '[[side',
  'side]]',
  '[[two\nlines]]',
  'a [ b ]] c',
])('%j has no field', (source) => {
  expect(parseTemplate(source)).toEqual({ text: source, fields: [] });
});

test('no character between fields is lost or changed, and fields never overlap', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', '5', '.', ' ', '\n', ':', '|', 'é', '😀', '[', ']') });
  const piece = fc.oneof(plain, fc.constantFrom('[[side]]', '[[dose: 5 mg | 50 mg]]', '[[a]]'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const source = pieces.join('');
      const { text, fields } = parseTemplate(source);
      const restored = fields.reduceRight(
        (whole, { start, end }) => `${whole.slice(0, start)}\u0000${whole.slice(end)}`,
        text,
      );
      let end = 0;
      for (const field of fields) {
        expect(field.start).toBeGreaterThanOrEqual(end);
        expect(text.slice(field.start, field.end)).toBe(`[${field.name}]`);
        end = field.end;
      }
      const expected = source.replace(/\[\[[^[\]\n]+\]\]/gu, (field) =>
        /^\[\[\s*(?::|\]\])/u.test(field) ? field : '\u0000',
      );
      expect(restored).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
