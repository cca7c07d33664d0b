import { describe, expect, test } from 'vitest';
import {
  chooseAlternative,
  correctLine,
  correctWord,
  heardTextOf,
  isCorrected,
  lineOf,
  restoreLine,
  textOf,
  withFinal,
  withLine,
  type Line,
} from '../../src/page/transcript/line.js';
import { isUnsure } from '../../src/page/transcript/unsure.js';
import { said } from '../support/said.js';

const line = said('Started metropolis all twenty five milligrams', { confidence: { metropolis: 0.3 } });

describe('a line', () => {
  test('has times shifted by the start of its recording', () => {
    const later = lineOf({ text: 'No pain.', start: 1, end: 2, confidence: 0.9 }, 60);
    expect(later).toMatchObject({ start: 61, end: 62 });
    expect(later.words[0]?.start).toBe(61);
    expect(later.words.at(-1)?.end).toBe(62);
  });

  test('has words where the server sent none', () => {
    expect(lineOf({ text: 'No pain.', start: 0, end: 3.5, confidence: 0.9 }, 0).words).toEqual([
      { text: 'No', start: 0, end: 1, confidence: 0.9, at: 0 },
      { text: 'pain.', start: 1, end: 3.5, confidence: 0.9, at: 1 },
    ]);
  });

  test('comes before a line of another channel that began later and ended sooner', () => {
    const [early, late] = [said('early', { start: 1 }), said('late', { start: 2 })];
    expect(withLine([late], early)).toEqual([early, late]);
    expect(withLine([early], late)).toEqual([early, late]);
  });
});

describe('a correction of a word', () => {
  test('replaces it, and keeps its time and the text before', () => {
    const corrected = correctWord(line, 1, ' metoprolol ');
    expect(textOf(corrected)).toBe('Started metoprolol all twenty five milligrams');
    expect(corrected.words[1]).toEqual({
      text: 'metoprolol',
      heard: 'metropolis',
      start: 1,
      end: 2,
      confidence: 1,
      at: 1,
    });
    expect(heardTextOf(corrected)).toBe(textOf(line));
    expect(isCorrected(corrected)).toBe(true);
  });

  test('without a change confirms it', () => {
    const [heard, confirmed] = [line.words[1], correctWord(line, 1, 'metropolis')];
    expect(heard && isUnsure(heard)).toBe(true);
    expect(confirmed.words.some(isUnsure)).toBe(false);
    expect(isCorrected(confirmed)).toBe(false);
  });

  test('to nothing removes it', () => {
    expect(textOf(correctWord(line, 2, ''))).toBe('Started metropolis twenty five milligrams');
  });

  test('twice keeps the text that was heard first', () => {
    expect(correctWord(correctWord(line, 1, 'metro'), 1, 'metoprolol').words[1]?.heard).toBe('metropolis');
  });
});

describe('an alternative of a word', () => {
  test('replaces as many words as it stands for, and is no longer marked as unsure', () => {
    const instead = { text: 'metoprolol', confidence: 0.4, words: 2 };
    const doubtful = {
      ...line,
      words: line.words.map((word, index) =>
        index === 1 ? { ...word, alternatives: [instead], doubtful: true as const } : word,
      ),
    };
    const chosen = chooseAlternative(doubtful, 1, instead);
    expect(textOf(chosen)).toBe('Started metoprolol twenty five milligrams');
    expect(chosen.words[1]).toEqual({
      text: 'metoprolol',
      heard: 'metropolis all',
      start: 1,
      end: 3,
      confidence: 1,
      at: 1,
    });
    expect(chosen.words.some(isUnsure)).toBe(false);
  });

  test('is called for where a term or number is doubtful, whatever the confidence', () => {
    const word = { confidence: 0.9 };
    expect([isUnsure(word), isUnsure({ ...word, doubtful: true })]).toEqual([false, true]);
    expect(isUnsure({ ...word, doubtful: true, heard: 'corrected' })).toBe(false);
  });
});

describe('a correction of a line', () => {
  test('leaves unchanged words as they were, and gives new words the times of the old', () => {
    const corrected = correctLine(line, 'Started metoprolol twenty five milligrams daily');
    expect(textOf(corrected)).toBe('Started metoprolol twenty five milligrams daily');
    expect(corrected.words[0]).toBe(line.words[0]);
    expect(corrected.words[1]).toEqual({
      text: 'metoprolol',
      heard: 'metropolis all',
      start: 1,
      end: 3,
      confidence: 1,
      at: 1,
    });
    expect(corrected.words[2]).toBe(line.words[3]);
    expect(corrected.words.at(-1)).toMatchObject({ text: 'daily', start: 6, end: 6 });
  });

  test('can replace everything', () => {
    const corrected = correctLine(line, 'No change');
    expect(corrected.words.at(0)?.start).toBe(0);
    expect(corrected.words.at(-1)?.end).toBe(6);
  });

  test('can be undone completely', () => {
    expect(restoreLine(correctLine(correctWord(line, 0, 'Begun'), 'Nothing'))).toEqual(line);
  });
});

describe('dictated line breaks', () => {
  const text = 'No fever.\n\nPlan:\nrest.\n\n';
  const broken = lineOf({ text, start: 1, end: 3, confidence: 0.9 }, 60);

  test('belong to the word after them, and one at the end to an empty word', () => {
    expect(broken.words.map((word) => [word.breakBefore, word.text])).toEqual([
      [undefined, 'No'],
      [undefined, 'fever.'],
      ['\n\n', 'Plan:'],
      ['\n', 'rest.'],
      ['\n\n', ''],
    ]);
    expect(textOf(broken)).toBe(text);
    expect(isCorrected(broken)).toBe(false);
  });

  test('are found where words have their own times', () => {
    const words = ['a', 'a', 'b a'].map((word, index) => ({
      text: word,
      start: index,
      end: index + 1,
      confidence: 1,
    }));
    const line = lineOf({ text: '\na a\n\nb a', start: 0, end: 3, confidence: 1, words }, 0);
    expect(line.words.map(({ breakBefore }) => breakBefore)).toEqual(['\n', undefined, '\n\n']);
  });

  test('are kept in corrections of words', () => {
    expect(textOf(correctWord(broken, 2, 'Aim:'))).toBe('No fever.\n\nAim:\nrest.\n\n');
    expect(textOf(correctWord(broken, 2, ''))).toBe('No fever.\n\n\nrest.\n\n');
    expect(textOf(correctWord(broken, 1, ''))).toBe('No\n\nPlan:\nrest.\n\n');
  });

  test('can be changed with the text of the line', () => {
    const corrected = correctLine(broken, 'No fever.\nPlan: fluids and rest.');
    expect(textOf(corrected)).toBe('No fever.\nPlan: fluids and rest.');
    expect(corrected.words[1]).toBe(broken.words[1]);
    expect(corrected.words.at(-1)).toMatchObject({ text: 'rest.', start: broken.words[3]?.start });
    expect(restoreLine(corrected)).toEqual(broken);
    expect(textOf(correctLine(broken, ''))).toBe('');
  });
});

describe('a final', () => {
  const final = (sequence: number, text: string, removes?: number[]) => ({
    ...{ sequence, text, start: sequence, end: sequence + 1, confidence: 0.9 },
    ...(removes && { removes }),
  });
  const source = { recording: 'first', offset: 0 };
  const told = (finals: readonly Parameters<typeof withFinal>[1][]): readonly Line[] =>
    finals.reduce<readonly Line[]>((lines, each) => withFinal(lines, each, source), []);

  test('removes the lines of finals that it takes back, and adds none without text', () => {
    const lines = told([final(0, 'No fever.'), final(1, 'No cough.'), final(2, '', [1])]);
    expect(lines.map(textOf)).toEqual(['No fever.']);
    expect(withFinal(lines, final(3, 'Rest.', [0]), source).map(textOf)).toEqual(['Rest.']);
  });

  test('removes no lines of another channel or recording', () => {
    const lines = told([final(0, 'No fever.'), { ...final(0, 'Yes.'), channel: 1 }]);
    expect(withFinal(lines, { ...final(1, '', [0]), channel: 1 }, source).map(textOf)).toEqual(['No fever.']);
    const later = { recording: 'second', offset: 60 };
    expect(withFinal(lines, final(1, '', [0]), later)).toEqual(lines);
  });

  test('keeps the spoken text beside the written form', () => {
    const [line] = told([{ ...final(0, 'Give 25 mg.'), spoken: 'Give twenty five milligrams.' }]);
    expect(line).toMatchObject({ spoken: 'Give twenty five milligrams.' });
  });
});
