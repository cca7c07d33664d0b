import type { FinalHypothesis, Word } from '@auscult/asr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUE_LIMITS, cutCues } from '../../src/transcripts/cues.js';

describe('cues', () => {
  it('keep the limits of time, width and lines, hold every word, and do not overlap', () => {
    fc.assert(
      fc.property(transcripts(), (segments) => {
        const cues = [...cutCues(segments)];
        let free = 0;
        for (const { start, end, lines } of cues) {
          expect(start).toBeGreaterThanOrEqual(free);
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(CUE_LIMITS.seconds + 1e-9);
          expect(lines.length).toBeLessThanOrEqual(CUE_LIMITS.lines);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(CUE_LIMITS.lineCharacters);
          free = end;
        }
        const shown = cues.flatMap(({ lines }) => lines).join(' ');
        const said = segments.flatMap(({ words }) => words.map(({ text }) => text)).join(' ');
        // A word that is longer than a line is broken, which adds a space.
        expect(shown.replaceAll(' ', '')).toBe(said.replaceAll(' ', ''));
      }),
    );
  });

  it('begin when their first word is spoken', () => {
    const words = sentence(
      'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen',
      0.3,
    );
    const cues = [...cutCues([segment(words)])];
    expect(cues.length).toBeGreaterThan(1);
    for (const { start, lines } of cues) {
      const [first] = (lines[0] ?? '').split(' ');
      expect(start).toBe(words.find(({ text }) => text === first)?.start);
    }
  });

  it('break behind a sentence once a line is full', () => {
    const words = sentence(
      'This is the first sentence, of more than one line. And this is the second one.',
      0.1,
    );
    expect([...cutCues([segment(words)])].map(({ lines }) => lines)).toEqual([
      ['This is the first sentence, of more than', 'one line.'],
      ['And this is the second one.'],
    ]);
  });

  it('stay long enough to be read where time allows', () => {
    const short = [{ text: 'Yes.', start: 1, end: 1.2, confidence: 1 }];
    const next = [{ text: 'No.', start: 1.5, end: 1.7, confidence: 1 }];
    expect([...cutCues([segment(short), segment(next)])]).toEqual([
      { start: 1, end: 1.5, lines: ['Yes.'] },
      { start: 1.5, end: 2.5, lines: ['No.'] },
    ]);
  });
});

function transcripts(): fc.Arbitrary<FinalHypothesis[]> {
  const word = fc.record({
    text: fc.oneof(fc.stringMatching(/^[a-z]{1,12}[.,?!]?$/), fc.stringMatching(/^[a-z]{43,100}$/)),
    pause: fc.double({ min: 0, max: 4, noNaN: true }),
    length: fc.double({ min: 0, max: 9, noNaN: true }),
  });
  return fc.array(fc.array(word, { minLength: 1, maxLength: 40 }), { maxLength: 5 }).map((segments) => {
    let now = 0;
    return segments.map((words) =>
      segment(
        words.map(({ text, pause, length }) => {
          const start = now + pause;
          now = start + length;
          return { text, start, end: now, confidence: 1 };
        }),
      ),
    );
  });
}

function sentence(text: string, secondsEach: number): Word[] {
  return text.split(' ').map((word, i) => ({
    text: word,
    start: i * secondsEach,
    end: (i + 1) * secondsEach,
    confidence: 1,
  }));
}

function segment(words: readonly Word[]): FinalHypothesis {
  return {
    sequence: 0,
    text: words.map(({ text }) => text).join(' '),
    start: words.at(0)?.start ?? 0,
    end: words.at(-1)?.end ?? 0,
    confidence: 1,
    words,
    language: 'en',
    reason: 'silence',
  };
}
