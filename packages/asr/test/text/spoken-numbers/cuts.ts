import type { FinalHypothesis, Word } from '../../../src/live/live-transcription.js';

/** A text as one final, and cut after each of its words into two, with the marks that a recogniser puts there. */
export function* cutsOf(text: string, random: () => number): Generator<readonly string[]> {
  yield [text];
  const words = text.split(' ');
  for (let at = 1; at < words.length; at++) {
    const [head, tail] = [words.slice(0, at).join(' '), words.slice(at).join(' ')];
    const mark = /[,.]$/u.test(head) ? '' : (MARKS[Math.floor(random() * MARKS.length)] ?? '');
    yield [`${head}${mark}`, mark === '.' ? tail.charAt(0).toUpperCase() + tail.slice(1) : tail];
  }
}

const MARKS = ['', '', '.', ','];

/** Texts as finals one after another, with a pause between them, seconds. */
export function asFinals(texts: readonly string[], pause: number): FinalHypothesis[] {
  let now = 0;
  return texts.map((text, sequence) => {
    const words = text.split(' ').map((word): Word => {
      const start = now;
      now += 0.3;
      return { text: word, start, end: now, confidence: 0.9 };
    });
    const final: FinalHypothesis = {
      sequence,
      text,
      start: words[0]?.start ?? 0,
      end: now,
      confidence: 0.9,
      language: 'en',
      reason: 'silence',
      words,
    };
    now += pause;
    return final;
  });
}
