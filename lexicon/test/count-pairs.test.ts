import { describe, expect, test } from 'vitest';
import { countPairs } from '../src/count-pairs.js';
import { languageTable } from '../src/write-tables.js';

describe('Pairs of words', () => {
  test('are counted from the beginning to the end of each text, and written in order', () => {
    const table = languageTable(countPairs(['Rest and fluids', '5 mg and rest', '—', 'Rest and sleep']));
    expect(table.split('\n').slice(1)).toEqual([
      '<begin>\trest\t2\t<number>\t1',
      '<number>\tmg\t1',
      'and\tfluids\t1\trest\t1\tsleep\t1',
      'fluids\t<end>\t1',
      'mg\tand\t1',
      'rest\tand\t2\t<end>\t1',
      'sleep\t<end>\t1',
      '',
    ]);
  });
});
