import type { WrittenFinal } from '@auscult/asr';
import type { SpeakerRevision } from '@auscult/protocol';
import type { SpeakerSpan } from '../records/speaker-changes.js';
import { rangesWhere } from '../speakers/ranges-where.js';
import type { Talk } from '../speakers/suggest-roles.js';

/** A final that was sent, as far as its speakers may change. */
export interface ToldFinal {
  readonly channel: number;
  readonly sequence: number;
  /** Its place in the record. */
  readonly place: number;
  readonly start: number;
  readonly end: number;
  readonly words: number;
  readonly timesOf: (word: number) => { readonly start: number; readonly end: number };
}

/** The finals of a session whose words may still get another speaker: those of the last hours. */
export interface ToldFinals {
  readonly add: (channel: number, final: WrittenFinal, place: number) => void;
  readonly find: (channel: number, sequence: number) => ToldFinal | undefined;
  /** Those that hold words of a span: its own final, or those over the same audio if it is of another pass. */
  readonly over: (
    span: Pick<SpeakerSpan, 'reading' | 'place' | 'channel' | 'start' | 'end'>,
  ) => readonly ToldFinal[];
  /** Gives the words to a speaker for which `isMeant`; returns those that were not theirs before. */
  readonly give: (
    final: ToldFinal,
    speaker: number,
    isMeant: (word: number) => boolean,
    by: 'person' | 'recognizer',
  ) => readonly SpeakerRevision['words'][];
  /** Gives all words of a speaker to another; returns which these are. */
  readonly giveAll: (from: number, into: number) => readonly SpeakerRevision[];
  /** How much each speaker has said, in all finals so far. */
  readonly talks: () => ReadonlyMap<number, Talk>;
}

/** Words that are kept: more than people say in three hours. */
export const MOST_TOLD_WORDS = 30_000;

/** Whoever said a word, if that is not known. */
const NOBODY = -1;

interface KeptFinal extends ToldFinal {
  readonly speakers: Int8Array;
  /** 1 for words whose speaker a person has set. */
  readonly isSaid: Uint8Array;
  /** 1 for words with a question mark. */
  readonly asks: Uint8Array;
}

/** Starts without finals. The oldest are forgotten once there are more than `most` words. */
export function createToldFinals(most = MOST_TOLD_WORDS): ToldFinals {
  const kept = new Map<string, KeptFinal>();
  const talks = new Map<number, Talk>();
  let words = 0;

  const count = (speaker: number, change: 1 | -1, asks: boolean): void => {
    if (speaker === NOBODY) return;
    const talk = talks.get(speaker) ?? { words: 0, questions: 0 };
    const questions = talk.questions + (asks ? change : 0);
    talks.set(speaker, { words: talk.words + change, questions });
  };
  const relabel = (final: KeptFinal, word: number, speaker: number): void => {
    const asks = final.asks[word] === 1;
    count(final.speakers[word] ?? NOBODY, -1, asks);
    count(speaker, 1, asks);
    final.speakers[word] = speaker;
  };
  const forget = (): void => {
    for (const [name, final] of kept) {
      if (words <= most) return;
      kept.delete(name);
      words -= final.words;
    }
  };
  const give: ToldFinals['give'] = ({ channel, sequence }, speaker, isMeant, by) => {
    const final = kept.get(nameOf(channel, sequence));
    if (final === undefined) return [];
    const changed = new Set<number>();
    for (let word = 0; word < final.words; word++) {
      const isFixed = by === 'recognizer' && final.isSaid[word] === 1;
      if (isFixed || !isMeant(word)) continue;
      if (by === 'person') final.isSaid[word] = 1;
      if (final.speakers[word] === speaker) continue;
      relabel(final, word, speaker);
      changed.add(word);
    }
    return rangesWhere(final.words, (word) => changed.has(word));
  };

  return {
    add: (channel, final, place) => {
      const added = keptFinal(channel, final, place);
      kept.set(nameOf(channel, final.sequence), added);
      words += added.words;
      added.speakers.forEach((speaker, word) => {
        count(speaker, 1, added.asks[word] === 1);
      });
      forget();
    },
    find: (channel, sequence) => kept.get(nameOf(channel, sequence)),
    over: ({ reading, place, channel, start, end }) =>
      [...kept.values()].filter((final) =>
        reading === 'live'
          ? final.place === place
          : final.channel === channel && final.start < end && final.end > start,
      ),
    give,
    giveAll: (from, into) => {
      const { words: said = 0, questions = 0 } = talks.get(from) ?? {};
      const revised = [...kept.values()].flatMap((final) => {
        const ranges = rangesWhere(final.words, (word) => final.speakers[word] === from);
        for (const [first, last] of ranges) final.speakers.fill(into, first, last + 1);
        const { sequence, channel } = final;
        return ranges.map((range) => ({ sequence, channel, words: range, speaker: into }));
      });
      const now = talks.get(into) ?? { words: 0, questions: 0 };
      talks.delete(from);
      talks.set(into, { words: now.words + said, questions: now.questions + questions });
      return revised;
    },
    talks: () => talks,
  };
}

function nameOf(channel: number, sequence: number): string {
  return `${channel}/${sequence}`;
}

function keptFinal(channel: number, { sequence, start, end, words }: WrittenFinal, place: number): KeptFinal {
  const starts = Float32Array.from(words, (word) => word.start - start);
  const ends = Float32Array.from(words, (word) => word.end - start);
  return {
    channel,
    sequence,
    place,
    start,
    end,
    words: words.length,
    timesOf: (word) => ({ start: start + (starts[word] ?? 0), end: start + (ends[word] ?? 0) }),
    speakers: Int8Array.from(words, ({ speaker }) => speaker ?? NOBODY),
    isSaid: new Uint8Array(words.length),
    asks: Uint8Array.from(words, ({ text }) => (text.includes('?') ? 1 : 0)),
  };
}
