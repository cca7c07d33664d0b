import type { TranscriptionMessage } from '@auscult/protocol';

/** A word of made-up speech: a tone whose every sample is the word's number. */
export interface SpelledWord {
  readonly number: number;
  /** Samples. */
  readonly start: number;
  readonly end: number;
}

/** Times have three decimals on the wire, so places are whole milliseconds. */
const MILLISECOND = 16;
/** Silence that ends a word. */
const PAUSE = 160 * MILLISECOND;

/** Words one after the other, each `length` and followed by `pause` milliseconds of silence, which end every word. */
export function spell(words: readonly { readonly length: number; readonly pause: number }[]): {
  readonly samples: Int16Array;
  readonly words: readonly SpelledWord[];
} {
  const total = words.reduce((sum, { length, pause }) => sum + length + pause, 0);
  const samples = new Int16Array(total * MILLISECOND);
  let at = 0;
  const spelled = words.map(({ length, pause }, index) => {
    const word = { number: index + 1, start: at, end: at + length * MILLISECOND };
    samples.fill(word.number, word.start, word.end);
    at = word.end + pause * MILLISECOND;
    return word;
  });
  return { samples, words: spelled };
}

/** What a listener that lost and doubled nothing says of a word. */
export function textOfWord({ number, start, end }: SpelledWord): string {
  return `word ${number} of ${end - start} samples`;
}

/** Hears spelled words in one channel. */
export interface ToneListener {
  /** All finals so far; a final's sequence is its place here. */
  readonly finals: readonly TranscriptionMessage[];
  /** Takes samples; the finals that they end. */
  readonly push: (samples: Int16Array) => readonly TranscriptionMessage[];
  /** Ends the word that is being heard. */
  readonly flush: () => readonly TranscriptionMessage[];
  /** All samples before this one are in finals, or silent. */
  readonly settled: () => number;
}

/** `scratches`: the numbers of words that take back the one before. */
export function createToneListener(
  channel: number | undefined,
  scratches: readonly number[] = [],
): ToneListener {
  const finals: TranscriptionMessage[] = [];
  const standing: number[] = [];
  let position = 0;
  let word: { readonly number: number; readonly start: number; end: number } | undefined;

  function end(): readonly TranscriptionMessage[] {
    if (!word) return [];
    const removes = scratches.includes(word.number) ? standing.splice(-1) : undefined;
    if (!removes) standing.push(finals.length);
    const final: TranscriptionMessage = {
      type: 'transcription',
      text: removes ? '' : textOfWord(word),
      timestamp: '2026-01-31T09:30:00.250Z',
      isFinal: true,
      sequence: finals.length,
      start: word.start / 16_000,
      end: word.end / 16_000,
      confidence: 1,
      ...(channel === undefined ? {} : { channel }),
      ...(removes && { removes }),
    };
    word = undefined;
    finals.push(final);
    return [final];
  }

  function hear(sample: number): readonly TranscriptionMessage[] {
    const at = position++;
    if (sample === 0) return word && at - word.end >= PAUSE ? end() : [];
    const ended = word && (word.number !== sample || word.end !== at) ? end() : [];
    word ??= { number: sample, start: at, end: at };
    word.end = at + 1;
    return ended;
  }

  return {
    finals,
    push: (samples) => [...samples].flatMap(hear),
    flush: end,
    settled: () => Math.floor((word?.start ?? position) / MILLISECOND) * MILLISECOND,
  };
}
