import fc from 'fast-check';
import { expect, test } from 'vitest';
import { saidForm } from '../../src/commands/said-words.js';
import { spanToRemove } from '../../src/commands/span-to-remove.js';
import { gapFor } from '../../src/fields/fit-text.js';

test.each([
  ['No new fever.', 3, 6, 'No fever.'],
  ['No fever at all.', 8, 15, 'No fever.'],
  ['Fever. Chills.', 0, 6, 'Chills.'],
  ['Give 5x10 mg', 6, 7, 'Give 5 10 mg'],
  ['At -x5', 4, 5, 'At - 5'],
  ['At 5 of 6%', 4, 9, 'At 5 %'],
])('of “%s”, what is left of a removed part is “%s”', (text, start, end, left) => {
  expect(withoutPart(text, start, end)).toBe(left);
});

test('no word or number is made of what stood on both sides, whatever is removed', () => {
  const piece = fc.constantFrom(
    ...'no not 5 2.5 -5 10 0 mg fever X-ray % . , : / - + ° 1,000 B12 é'.split(' '),
    ' ',
    '  ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), fc.nat(), (pieces, one, other) => {
      const text = pieces.join('');
      const ends = [one, other].map((at) => at % (text.length + 1));
      const [start, end] = [Math.min(...ends), Math.max(...ends)];
      if (start === end) return;
      const said = [text.slice(0, start), text.slice(end)].map(saidForm).filter((form) => form !== '');
      expect(saidForm(withoutPart(text, start, end))).toBe(said.join(' '));
    }),
    { numRuns: 2000 },
  );
});

function withoutPart(text: string, start: number, end: number): string {
  const span = spanToRemove(text, { start, end });
  const [before, after] = [text.slice(0, span.start), text.slice(span.end)];
  return before + gapFor(before, after) + after;
}
