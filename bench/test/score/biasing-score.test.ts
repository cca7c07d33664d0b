import { describe, expect, it } from 'vitest';
import { scoreBiasing } from '../../src/score/biasing-score.js';

describe('scoreBiasing', () => {
  const clip = {
    id: 'a',
    file: '',
    kind: 'read',
    text: 'the abbess harshly feels anon',
    durationSeconds: 3,
    terms: [],
    biasing: { rare: ['abbess', 'harshly', 'anon'], distractors: ['cabal'] },
  };

  it('assigns errors to rare or common words by the spoken word, and insertions by the heard word', () => {
    const score = scoreBiasing([clip], new Map([['a', 'The abbot feels anon anon cabal']]));
    // abbess → abbot and harshly → nothing are rare; of what was inserted, anon is rare here and cabal is not.
    expect(score.rare).toMatchObject({ words: 3, substitutions: 1, deletions: 1, insertions: 1, wer: 1 });
    expect(score.common).toMatchObject({ words: 2, substitutions: 0, deletions: 0, insertions: 1, wer: 0.5 });
    expect(score.all).toMatchObject({ words: 5, wer: 0.8 });
  });

  it('leaves out utterances that were not transcribed', () => {
    expect(scoreBiasing([clip], new Map()).all.words).toBe(0);
  });
});
