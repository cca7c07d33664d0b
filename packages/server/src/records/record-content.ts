import type { HeardCommand } from '@auscult/asr';
import { word, type Word } from '@auscult/protocol';
import type { z } from 'zod';
import { mainSpeaker } from '../speakers/main-speaker.js';
import { open, seal, type SealedPlace } from './seal.js';
import { withoutBounds } from './without-bounds.js';

/** The schema of a word as it is kept. */
export const recordedWord = withoutBounds(word) as z.ZodType<Word>;

/** The part of a final that is kept encrypted. */
export interface FinalRecord {
  readonly channel: number;
  /** Number of the utterance in its channel, by which a later final can take it back. */
  readonly sequence?: number;
  /** Empty if the final only takes others back, or was a command. */
  readonly text: string;
  /** What was said, if it is written differently. */
  readonly spoken?: string;
  /** The command that it was: then it has no text and no words, and `spoken` is what was said. */
  readonly command?: HeardCommand;
  /** `sequence` of the finals of the channel that the speaker took back with this one. */
  readonly removes?: number[];
  /** Seconds since the session's first sample. */
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly language: string;
  readonly words: readonly Word[];
  /** Who said most of it, if speakers were told apart. */
  readonly speaker?: number;
}

/** The passes over a session that give a text: live, and the second pass over the whole session. */
export const RECOGNITION_PASSES = ['live', 'refined'] as const;
export type RecognitionPass = (typeof RECOGNITION_PASSES)[number];

/** Names one version of one final of a session. */
export interface SegmentPlace {
  readonly sessionId: string;
  readonly reading: RecognitionPass;
  readonly place: number;
  readonly version: number;
}

export function sealFinal(dataKey: Uint8Array, final: FinalRecord, where: SegmentPlace): Buffer {
  return seal(dataKey, Buffer.from(JSON.stringify(final)), associated(where));
}

/**
 * Opens a sealed final. Throws `record_damaged` if it is not what was sealed for that place. Whatever opens was given to
 * `sealFinal`, so its shape is not checked again. Words are parsed each time they are asked for, and not kept: a record of a
 * day has a hundred thousand, which would slow down every garbage collection.
 */
export function openFinal(dataKey: Uint8Array, sealed: Buffer, where: SegmentPlace): FinalRecord {
  const json = open(dataKey, sealed, associated(where));
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- what is left without them
  const { words, ...rest } = parseFinal(json);
  const final: Omit<FinalRecord, 'words'> = rest;
  return Object.defineProperties(final, { [OPENED]: { value: json }, words: WORDS }) as FinalRecord;
}

/** Where a final keeps the JSON that its words are in. */
const OPENED = Symbol('opened');

/** Where a final keeps who said its words, if that has changed since it was sealed. */
const RELABELLING = Symbol('relabelling');

interface OpenedFinal {
  readonly [OPENED]: Buffer;
  readonly [RELABELLING]?: Relabelling;
}

/** The same for all finals: with a getter of its own, each takes twice the memory (bench `hostile-input`). */
const WORDS: PropertyDescriptor & ThisType<OpenedFinal> = {
  enumerable: true,
  configurable: true,
  get() {
    const { words } = parseFinal(this[OPENED]);
    return this[RELABELLING]?.words(words) ?? words;
  },
};

/** Gives words to other speakers. */
export interface Relabelling {
  readonly words: (words: readonly Word[]) => readonly Word[];
}

/** Gives the words of an opened final to other speakers, each time they are asked for. */
export function relabel(final: FinalRecord, relabelling: Relabelling): void {
  const speaker = mainSpeaker(relabelling.words(final.words));
  Object.assign(final, { [RELABELLING]: relabelling }, speaker === undefined ? {} : { speaker });
}

function parseFinal(json: Buffer): FinalRecord {
  return JSON.parse(json.toString()) as FinalRecord;
}

/**
 * The final with other words, to which its time is divided evenly, since nobody knows when each was said. Each word is of whoever
 * spoke at its time.
 */
export function corrected(final: FinalRecord, text: string): FinalRecord {
  const words = text.split(/\s+/).filter((part) => part !== '');
  const each = (final.end - final.start) / Math.max(1, words.length);
  const { channel, sequence, removes, start, end, language, speaker } = final;
  const spoken = final.words.filter((word) => word.speaker !== undefined);
  return {
    channel,
    ...(sequence === undefined ? {} : { sequence }),
    ...(removes === undefined ? {} : { removes }),
    start,
    end,
    language,
    text,
    confidence: 1,
    words: words.map((part, index) => {
      const [from, to] = [start + index * each, start + (index + 1) * each];
      return { text: part, start: from, end: to, confidence: 1, ...speakerAt((from + to) / 2, spoken) };
    }),
    ...(speaker === undefined ? {} : { speaker }),
  };
}

/** Who said the word that is nearest to a time. */
function speakerAt(seconds: number, words: readonly Word[]): Pick<Word, 'speaker' | 'speakerConfidence'> {
  const distance = ({ start, end }: Word): number => Math.abs((start + end) / 2 - seconds);
  const [first, ...others] = words;
  if (first === undefined) return {};
  const nearest = others.reduce((best, word) => (distance(word) < distance(best) ? word : best), first);
  const { speaker, speakerConfidence } = nearest;
  return {
    ...(speaker === undefined ? {} : { speaker }),
    ...(speakerConfidence === undefined ? {} : { speakerConfidence }),
  };
}

/** The place that a final is sealed for. That of a live final has no pass, as in records from before there was a second pass. */
function associated({ sessionId, reading, place, version }: SegmentPlace): SealedPlace {
  const at = reading === 'live' ? [place, version] : [reading, place, version];
  return ['segments', sessionId, ...at];
}
