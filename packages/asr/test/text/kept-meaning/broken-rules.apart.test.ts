import { beforeEach, describe, expect, test, vi } from 'vitest';
import { nothingWritten, writeFinal, writeFinals } from '../../../src/text/write-final.js';
import type { Dictated } from '../../../src/text/dictation/obey-commands.js';
import { asFinals } from '../spoken-numbers/cuts.js';

/** Faults that the test puts into the rules. They change the words that rules write, or those that commands leave. */
const broken = vi.hoisted(() => ({
  writes: (text: string): string => text,
  leaves: (dictated: Dictated): Dictated => dictated,
}));

vi.mock('../../../src/text/written-form/write-words.js', async (load) => {
  const rules = await load<typeof import('../../../src/text/written-form/write-words.js')>();
  const writeWords: typeof rules.writeWords = (...given) =>
    rules.writeWords(...given).map((word) => ({ ...word, text: broken.writes(word.text) }));
  return { ...rules, writeWords };
});

vi.mock('../../../src/text/dictation/obey-commands.js', async (load) => {
  const rules = await load<typeof import('../../../src/text/dictation/obey-commands.js')>();
  const obeyCommands: typeof rules.obeyCommands = (...given) => broken.leaves(rules.obeyCommands(...given));
  return { ...rules, obeyCommands };
});

beforeEach(() => {
  broken.writes = (text) => text;
  broken.leaves = (dictated) => dictated;
});

const OPTIONS = { writtenForm: true, dictationCommands: true };

describe('a final whose numbers a rule would change', () => {
  test('stays as it was spoken, and is marked as stopped', () => {
    const [said] = asFinals(['Give twenty five milligrams.'], 0);
    if (!said) throw new Error('There is one.');
    expect(writeFinal(nothingWritten, said, OPTIONS).written).not.toHaveProperty('rewriteStopped');
    broken.writes = (text) => text.replace('25', '2.5');
    const { written } = writeFinal(nothingWritten, said, OPTIONS);
    expect(written).toEqual({ ...said, rewriteStopped: true });
  });

  test('still has its commands obeyed', () => {
    broken.writes = (text) => text.replace('25', '');
    expect(said('Give twenty five milligrams. New line. Plan.')).toMatchObject([
      { text: 'Give twenty five milligrams.\nPlan.', rewriteStopped: true },
    ]);
  });

  test('does not keep the finals around it from being rewritten', () => {
    broken.writes = (text) => text.replace(/^not$/u, '');
    expect(said('Give ten milligrams.', 'It was not ten milligrams.', 'Give five milligrams.')).toMatchObject(
      [
        { text: 'Give 10 mg.' },
        { text: 'It was not ten milligrams.', rewriteStopped: true },
        { text: 'Give 5 mg.' },
      ],
    );
  });

  test('offers no alternative that a rule would change', () => {
    const [heard] = asFinals(['Give fifteen milligrams.'], 0);
    if (!heard) throw new Error('There is one.');
    const words = heard.words.map((word) =>
      word.text === 'fifteen' ? { ...word, alternatives: [{ text: 'fifty', confidence: 0.2 }] } : word,
    );
    const offered = () => writeFinal(nothingWritten, { ...heard, words }, OPTIONS).written.words[1];
    expect(offered()).toMatchObject({ text: '15', alternatives: [{ text: '50' }] });
    broken.writes = (text) => text.replace('50', '500');
    expect(offered()).toMatchObject({ text: '15' });
    expect(offered()).not.toHaveProperty('alternatives');
  });
});

describe('a command', () => {
  test('that would remove a number or a negation is not obeyed', () => {
    for (const eaten of ['ten', 'not']) {
      broken.leaves = ({ lines }) => ({
        takenBack: 1,
        lines: lines.map((line) => ({ ...line, words: line.words.filter(({ text }) => text !== eaten) })),
      });
      const [, last] = said('Fever.', 'Do not give ten tablets, new line.');
      expect(last).toMatchObject({ rewriteStopped: true });
      expect(last?.text).toBe('Do not give 10 tablets, new line.');
      expect(last).not.toHaveProperty('removes');
    }
  });

  test('may take back a number with its sentence', () => {
    const written = said('No fever. Give ten milligrams. Scratch that. Give five milligrams.');
    expect(written).toMatchObject([{ text: 'No fever. Give 5 mg.' }]);
    expect(written[0]).not.toHaveProperty('rewriteStopped');
  });
});

function said(...texts: readonly string[]) {
  return writeFinals(asFinals(texts, 5), OPTIONS);
}
