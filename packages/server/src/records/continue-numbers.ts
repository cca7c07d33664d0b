import type { Word } from '@auscult/protocol';
import type { FinalRecord } from './record-content.js';
import { mainSpeaker } from '../speakers/main-speaker.js';
import { SPEAKER_NUMBERS } from '../speakers/speaker-directory.js';

/** Words with their times, on one channel. */
export interface SpokenText {
  readonly channel: number;
  readonly words: readonly Pick<Word, 'start' | 'end' | 'speaker'>[];
}

/**
 * Gives the speakers of a second pass over a session the numbers that they had while people spoke, so that names stay with their
 * voices: pairs with the most speech in common come first. A speaker without one gets a number that is free, or none.
 */
export function continueNumbers(
  heard: readonly FinalRecord[],
  live: readonly SpokenText[],
): readonly FinalRecord[] {
  const numberOf = numbersOf(overlaps(heard, live), live);
  return heard.map((text) => {
    const words = text.words.map((word) => renumbered(word, numberOf));
    const speaker = mainSpeaker(words);
    return { ...withoutSpeaker(text), words, ...(speaker === undefined ? {} : { speaker }) };
  });
}

function withoutSpeaker(text: FinalRecord): FinalRecord {
  const rest: { speaker?: number } & FinalRecord = { ...text };
  delete rest.speaker;
  return rest;
}

type NumberOf = (speaker: number) => number | undefined;

function numbersOf(common: readonly Overlap[], live: readonly SpokenText[]): NumberOf {
  const numbers = matched(common);
  const taken = new Set(live.flatMap(({ words }) => words.flatMap(({ speaker = [] }) => speaker)));
  return (speaker) => {
    const known = numbers.get(speaker) ?? SPEAKER_NUMBERS.find((number) => !taken.has(number));
    if (known === undefined) return undefined;
    taken.add(known);
    numbers.set(speaker, known);
    return known;
  };
}

function renumbered(word: Word, numberOf: NumberOf): Word {
  const { speaker: before, speakerConfidence, ...rest } = word;
  const speaker = before === undefined ? undefined : numberOf(before);
  if (speaker === undefined) return rest;
  return { ...rest, speaker, ...(speakerConfidence === undefined ? {} : { speakerConfidence }) };
}

/** How long a speaker of the second pass and one of the live session speak at the same time. */
interface Overlap {
  readonly heard: number;
  readonly live: number;
  seconds: number;
}

function overlaps(heard: readonly SpokenText[], live: readonly SpokenText[]): readonly Overlap[] {
  const found = new Map<string, Overlap>();
  for (const channel of new Set(heard.map((text) => text.channel))) {
    const before = wordsOn(live, channel);
    let from = 0;
    for (const word of wordsOn(heard, channel)) {
      // Words of a channel hardly overlap, so that those before are over.
      while ((before[from]?.end ?? Number.POSITIVE_INFINITY) <= word.start) from += 1;
      for (let at = from; (before[at]?.start ?? Number.POSITIVE_INFINITY) < word.end; at += 1)
        add(found, word, before[at]);
    }
  }
  return [...found.values()];
}

function add(found: Map<string, Overlap>, word: SpokenWord, before: SpokenWord | undefined): void {
  if (word.speaker === undefined || before?.speaker === undefined) return;
  const seconds = Math.min(word.end, before.end) - Math.max(word.start, before.start);
  if (seconds <= 0) return;
  const name = `${word.speaker}/${before.speaker}`;
  const overlap = found.get(name) ?? { heard: word.speaker, live: before.speaker, seconds: 0 };
  overlap.seconds += seconds;
  found.set(name, overlap);
}

type SpokenWord = SpokenText['words'][number];

function wordsOn(texts: readonly SpokenText[], channel: number): readonly SpokenWord[] {
  const words = texts.filter((text) => text.channel === channel).flatMap((text) => text.words);
  return words.sort((one, other) => one.start - other.start);
}

function matched(found: readonly Overlap[]): Map<number, number> {
  const numbers = new Map<number, number>();
  const taken = new Set<number>();
  for (const { heard, live } of [...found].sort((one, other) => other.seconds - one.seconds)) {
    if (numbers.has(heard) || taken.has(live)) continue;
    numbers.set(heard, live);
    taken.add(live);
  }
  return numbers;
}
