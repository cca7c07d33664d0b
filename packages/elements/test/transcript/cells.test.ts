import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cellsOf,
  correctCells,
  relabelledCells,
  replaceCells,
  textOfCells,
} from '../../src/transcript/cells.js';
import { segmentOf } from './segment-of.js';

const word = fc.constantFrom('no', 'not', '25', '2.5', 'mg', 'mg/day', 'dose', 'doses', 'the', 'a', '%');
const space = fc.constantFrom(' ', ' ', ' ', '\n', '\n\n');
const text = fc.array(fc.tuple(word, space), { maxLength: 9 }).map((pairs) =>
  pairs
    .map(([each, gap]) => each + gap)
    .join('')
    .trim(),
);

describe('words of a line', () => {
  test('keep the text of their segment, with line breaks', () => {
    const cells = cellsOf(segmentOf('Take 25 mg.\n\nNo salt.\n'));
    expect(cells.map(({ text }) => text)).toEqual(['Take', '25', 'mg.', 'No', 'salt.', '']);
    expect(textOfCells(cells)).toBe('Take 25 mg.\n\nNo salt.');
  });

  test('have exactly the text that a person writes, however often', () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), (said, corrections) => {
        let cells = cellsOf(segmentOf(said));
        fc.pre(cells.length > 0);
        for (const corrected of corrections) {
          cells = correctCells(cells, corrected);
          expect(textOfCells(cells)).toBe(corrected);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('that were not corrected stay themselves', () => {
    const corrected = correctCells(
      cellsOf(segmentOf('give no more than 50 mg a day')),
      'give no more than 15 mg a day',
    );
    expect(
      corrected.filter(({ isChecked }) => isChecked).map(({ heard, text }) => [heard.text, text]),
    ).toEqual([['50', '15']]);
    const shorter = correctCells(corrected, 'give no more than 15 mg');
    expect(shorter.map(({ text }) => text)).toEqual(['give', 'no', 'more', 'than', '15', 'mg', '', '']);
    const first = correctCells(shorter, 'no more than 15 mg');
    expect(first[1]).toMatchObject({ text: 'no' });
  });

  test('keep corrections when somebody else turns out to say them', () => {
    fc.assert(
      fc.property(text, text, fc.array(fc.nat(3), { maxLength: 9 }), (said, corrected, speakers) => {
        const segment = segmentOf(said);
        fc.pre((segment.words?.length ?? 0) > 0);
        const cells = correctCells(cellsOf(segment), corrected);
        const words = (segment.words ?? []).map((each, index) => ({
          ...each,
          speaker: speakers[index] ?? 0,
        }));
        const relabelled = relabelledCells(cells, { ...segment, words });
        expect(textOfCells(relabelled)).toBe(corrected);
        expect(relabelled[0]?.heard.speaker).toBe(speakers[0] ?? 0);
      }),
    );
  });

  test('give way to an alternative for several of them', () => {
    const cells = replaceCells(cellsOf(segmentOf('meta pro all twice')), 0, 3, 'metoprolol');
    expect(textOfCells(cells)).toBe('metoprolol twice');
  });
});
