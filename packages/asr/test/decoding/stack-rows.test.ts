import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stackRows } from '../../src/decoding/stack-rows.js';

test('places the values of every row at their positions, and zeros elsewhere', () => {
  const row = fc
    .record({ held: fc.integer({ min: 1, max: 8 }), rows: fc.integer({ min: 1, max: 3 }) })
    .chain(({ held, rows }) =>
      fc.record({
        held: fc.constant(held),
        rows: fc.constant(rows),
        index: fc.integer({ min: 0, max: rows - 1 }),
        start: fc.integer({ min: 0, max: held - 1 }),
      }),
    );
  const layout = fc.record({
    blocks: fc.integer({ min: 1, max: 4 }),
    blockSize: fc.integer({ min: 1, max: 4 }),
  });
  const padding = fc.constantFrom('left' as const, 'right' as const);
  const spare = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      layout,
      padding,
      spare,
      (rows, shape, side, more) => {
        const { blocks, blockSize } = shape;
        const parts = rows.map(({ held, rows: count, index, start }, number) => ({
          source: Float32Array.from(
            { length: count * blocks * held * blockSize },
            (_, i) => 1 + number * 10_000 + i,
          ),
          index,
          held,
          start,
          used: held - start,
        }));
        const length = Math.max(...parts.map(({ used }) => used)) + more;
        const stacked = stackRows(parts, length, side, shape);

        const expected = parts.flatMap(({ source, index, held, start, used }) =>
          indices(blocks).flatMap((block) =>
            indices(length).flatMap((position) =>
              indices(blockSize).map((value) => {
                const inRow = position - (side === 'left' ? length - used : 0);
                if (inRow < 0 || inRow >= used) return 0;
                return source[((index * blocks + block) * held + start + inRow) * blockSize + value];
              }),
            ),
          ),
        );
        expect([...stacked]).toEqual(expected);
      },
    ),
  );
});

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
