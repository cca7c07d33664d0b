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
  test('has its times moved by when its recording began', () => {
    const later = lineOf({ text: 'No pain.', start: 1, end: 2, confidence: 0.9 }, 60);
    expect(later).toMatchObject({ start: 61, end: 62 });
    expect(later.words[0]?.start).toBe(61);
    expect(later.words.at(-1)?.end).toBe(62);
  });

  test('has words where the server sent none', () => {
    expect(lineOf({ text: 'No pain.', start: 0, end: 3.5, confidence: 0.9 }, 0).words).toEqual([
      { text: 'No', start: 0, end: 1, confidence: 0.9 },
      { text: 'pain.', start: 1, end: 3.5, confidence: 0.9 },
    ]);
  });

  test('comes before one of another channel that began later and was done sooner', () => {
    const [early, late] = [said('early', { start: 1 }), said('late', { start: 2 })];
    expect(withLine([late], early)).toEqual([early, late]);
    expect(withLine([early], late)).toEqual([early, late]);
  });
});

describe('a correction of a word', () => {
  test('replaces it, keeps its time and what was heard', () => {
    const corrected = correctWord(line, 1, ' metoprolol ');
    expect(textOf(corrected)).toBe('Started metoprolol all twenty five milligrams');
    expect(corrected.words[1]).toEqual({
      text: 'metoprolol',
      heard: 'metropolis',
      start: 1,
      end: 2,
      confidence: 1,
    });
    expect(heardTextOf(corrected)).toBe(textOf(line));
    expect(isCorrected(corrected)).toBe(true);
  });

  test('without a change says that it is right', () => {
    const [heard, confirmed] = [line.words[1], correctWord(line, 1, 'metropolis')];
    expect(heard && isUnsure(heard)).toBe(true);
    expect(confirmed.words.some(isUnsure)).toBe(false);
    expect(isCorrected(confirmed)).toBe(false);
  });

  test('to nothing takes it away', () => {
    expect(textOf(correctWord(line, 2, ''))).toBe('Started metropolis twenty five milligrams');
  });

  test('twice keeps what was heard first', () => {
    expect(correctWord(correctWord(line, 1, 'metro'), 1, 'metoprolol').words[1]?.heard).toBe('metropolis');
  });
});

describe('what a word may be instead', () => {
  test('takes the place of as many words as it stands for, and is looked at no more', () => {
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
    });
    expect(chosen.words.some(isUnsure)).toBe(false);
  });

  test('is asked for where a term or number is doubtful, however sure the model was', () => {
    const word = { confidence: 0.9 };
    expect([isUnsure(word), isUnsure({ ...word, doubtful: true })]).toEqual([false, true]);
    expect(isUnsure({ ...word, doubtful: true, heard: 'corrected' })).toBe(false);
  });
});

describe('a correction of a line', () => {
  test('leaves the words that stay as they were, and gives new ones the times of the old', () => {
    const corrected = correctLine(line, 'Started metoprolol twenty five milligrams daily');
    expect(textOf(corrected)).toBe('Started metoprolol twenty five milligrams daily');
    expect(corrected.words[0]).toBe(line.words[0]);
    expect(corrected.words[1]).toEqual({
      text: 'metoprolol',
      heard: 'metropolis all',
      start: 1,
      end: 3,
      confidence: 1,
    });
    expect(corrected.words[2]).toBe(line.words[3]);
    expect(corrected.words.at(-1)).toMatchObject({ text: 'daily', start: 6, end: 6 });
  });

  test('can replace everything', () => {
    const corrected = correctLine(line, 'No change');
    expect(corrected.words.at(0)?.start).toBe(0);
    expect(corrected.words.at(-1)?.end).toBe(6);
  });

  test('is undone whole', () => {
    expect(restoreLine(correctLine(correctWord(line, 0, 'Begun'), 'Nothing'))).toEqual(line);
  });
});

describe('line breaks that were dictated', () => {
  const text = 'No fever.\n\nPlan:\nrest.\n\n';
  const broken = lineOf({ text, start: 1, end: 3, confidence: 0.9 }, 60);

  test('stand before the words behind them, and one at the end before nothing', () => {
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

  test('are found where words came with their own times', () => {
    const words = ['a', 'a', 'b a'].map((word, index) => ({
      text: word,
      start: index,
      end: index + 1,
      confidence: 1,
    }));
    const line = lineOf({ text: '\na a\n\nb a', start: 0, end: 3, confidence: 1, words }, 0);
    expect(line.words.map(({ breakBefore }) => breakBefore)).toEqual(['\n', undefined, '\n\n']);
  });

  test('stay through corrections of words', () => {
    expect(textOf(correctWord(broken, 2, 'Aim:'))).toBe('No fever.\n\nAim:\nrest.\n\n');
    expect(textOf(correctWord(broken, 2, ''))).toBe('No fever.\n\n\nrest.\n\n');
    expect(textOf(correctWord(broken, 1, ''))).toBe('No\n\nPlan:\nrest.\n\n');
  });

  test('are corrected with the text of the line', () => {
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

  test('takes back the lines of those that it removes, and adds none where it has no text', () => {
    const lines = told([final(0, 'No fever.'), final(1, 'No cough.'), final(2, '', [1])]);
    expect(lines.map(textOf)).toEqual(['No fever.']);
    expect(withFinal(lines, final(3, 'Rest.', [0]), source).map(textOf)).toEqual(['Rest.']);
  });

  test('takes back nothing of another channel or recording', () => {
    const lines = told([final(0, 'No fever.'), { ...final(0, 'Yes.'), channel: 1 }]);
    expect(withFinal(lines, { ...final(1, '', [0]), channel: 1 }, source).map(textOf)).toEqual(['No fever.']);
    const later = { recording: 'second', offset: 60 };
    expect(withFinal(lines, final(1, '', [0]), later)).toEqual(lines);
  });

  test('keeps what was said beside what is written', () => {
    const [line] = told([{ ...final(0, 'Give 25 mg.'), spoken: 'Give twenty five milligrams.' }]);
    expect(line).toMatchObject({ spoken: 'Give twenty five milligrams.' });
  });
});
