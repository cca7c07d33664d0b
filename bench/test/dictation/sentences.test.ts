import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readManifest, sharedManifest } from '../../src/clips/manifest.js';
import { readSentences } from '../../src/dictation/sentences.js';
import { writtenFormScore } from '../../src/score/number-score.js';
import { createTermFinder } from '../../src/terms/term-finder.js';
import { MEDICAL_TERMS, readTermList } from '../../src/terms/term-list.js';

describe('the sentences for synthetic dictation', () => {
  const sentences = readSentences();
  const clips = sentences.map((sentence) => ({
    ...sentence,
    file: '',
    kind: 'dictation',
    durationSeconds: 4,
  }));

  it('are many and all different', () => {
    expect(sentences.length).toBeGreaterThanOrEqual(150);
    expect(new Set(sentences.map(({ id }) => id)).size).toBe(sentences.length);
    expect(new Set(sentences.map(({ text }) => text)).size).toBe(sentences.length);
  });

  it('hold the terms that they name, in words and not in digits', () => {
    for (const { text, terms } of sentences) {
      const spoken = text.replace(/\bT S H\b/u, 'TSH');
      for (const term of terms) expect(spoken.toLowerCase()).toContain(term.toLowerCase());
      expect(text).not.toMatch(/\d/u);
    }
  });

  it('hold no distractor', () => {
    const find = createTermFinder(readTermList(MEDICAL_TERMS));
    expect(sentences.flatMap(({ text }) => find(text))).toEqual([]);
  });

  it('have expected numbers that the written form of their text holds', () => {
    const said = new Map(sentences.map(({ id, text }) => [id, text]));
    const { withUnit, alone } = writtenFormScore(clips, said);
    expect(withUnit.numbers).toBeGreaterThan(90);
    expect(withUnit.right / withUnit.numbers).toBeGreaterThan(0.95);
    expect(alone.right / alone.numbers).toBeGreaterThan(0.8);
  });

  it.skipIf(!existsSync(sharedManifest('dictation')))(
    'have no term of ../shared/dictation (skipped without it)',
    () => {
      const shared = readManifest(sharedManifest('dictation')).flatMap(({ terms }) => terms);
      const known = new Set(shared.map((term) => term.toLowerCase()));
      expect(sentences.flatMap(({ terms }) => terms).filter((term) => known.has(term.toLowerCase()))).toEqual(
        [],
      );
    },
  );
});
