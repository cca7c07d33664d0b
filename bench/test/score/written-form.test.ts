import { existsSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { readManifest, sharedManifest } from '../../src/clips/manifest.js';
import { scoreNumbers, writtenFormScore } from '../../src/score/number-score.js';

describe('numbers of dictation', () => {
  const manifest = sharedManifest('dictation');

  it.skipIf(!existsSync(manifest))(
    'are written as in the reference, at least 95% of those with units (skipped without ../shared/dictation)',
    () => {
      const clips = readManifest(manifest);
      const said = new Map(clips.map(({ id, text }) => [id, text]));
      const { withUnit, alone } = writtenFormScore(clips, said);
      expect(withUnit.numbers).toBeGreaterThan(15);
      expect(withUnit.right / withUnit.numbers).toBeGreaterThanOrEqual(0.95);
      expect(alone.right / alone.numbers).toBeGreaterThanOrEqual(0.9);
    },
  );
});

describe('a number counts as right', () => {
  const expected = [{ id: 'a', withUnit: ['5 mg'], alone: [] }];

  test.each([
    ['Give 5 mg.', 1],
    ['5 mg daily', 1],
    ['Give 15 mg.', 0],
    ['Give 2.5 mg.', 0],
    ['Give 5 mg/kg.', 0],
    ['Give five milligrams.', 0],
  ])('in "%s": %i', (text, right) => {
    expect(scoreNumbers(expected, () => text).withUnit).toEqual({ numbers: 1, right });
  });

  test('only where its clip was transcribed', () => {
    expect(scoreNumbers(expected, () => undefined).withUnit).toEqual({ numbers: 0, right: 0 });
  });
});
