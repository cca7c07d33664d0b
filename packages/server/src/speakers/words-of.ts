import type { SpeakerSpan } from '../records/speaker-changes.js';

/** Words of a final; at its borders, with the time up to these. */
export function wordsOf(
  { reading, place, version, channel, start, end, words: count, timesOf }: CorrectableFinal,
  words: SpeakerSpan['words'],
): Omit<SpeakerSpan, 'speaker'> {
  const [first, last] = words;
  return {
    reading,
    place,
    version,
    channel,
    words,
    start: first === 0 ? start : timesOf(first).start,
    end: last === count - 1 ? end : timesOf(last).end,
  };
}

/** A final whose words can be given to somebody else. */
export interface CorrectableFinal extends Pick<
  SpeakerSpan,
  'reading' | 'place' | 'version' | 'channel' | 'start' | 'end'
> {
  readonly words: number;
  /** The times of a word, seconds. */
  readonly timesOf: (word: number) => { readonly start: number; readonly end: number };
}
