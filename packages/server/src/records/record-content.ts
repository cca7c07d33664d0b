import { word, type Word } from '@auscult/protocol';
import type { z } from 'zod';
import { open, seal, type SealedPlace } from './seal.js';
import { withoutBounds } from './without-bounds.js';

/** The schema of a word as it is kept. */
export const recordedWord = withoutBounds(word) as z.ZodType<Word>;

/** A final as it is kept: what is encrypted of it. */
export interface FinalRecord {
  readonly channel: number;
  /** Number of the utterance in its channel, by which others take it back. */
  readonly sequence?: number;
  /** Empty where the final only takes others back. */
  readonly text: string;
  /** What was said, where it is written otherwise. */
  readonly spoken?: string;
  /** `sequence` of the finals of the channel that the speaker took back with this one. */
  readonly removes?: number[];
  /** Seconds since the session's first sample. */
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly language: string;
  readonly words: readonly Word[];
}

/** Which of the texts of a session: what was heard live, or in the second pass over it as a whole. */
export const RECOGNITION_PASSES = ['live', 'refined'] as const;
export type RecognitionPass = (typeof RECOGNITION_PASSES)[number];

/** Which version of which final of which session. */
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
 * Throws `record_damaged` if it is not what was sealed for that place. What opens is what `sealFinal` was given, so that it is
 * not looked at again; and words are only taken apart when they are asked for, each time anew: a record of a day holds a hundred
 * thousand, which the collector of garbage would carry about.
 */
export function openFinal(dataKey: Uint8Array, sealed: Buffer, where: SegmentPlace): FinalRecord {
  const json = open(dataKey, sealed, associated(where));
  return {
    ...parseFinal(json),
    get words() {
      return parseFinal(json).words;
    },
  };
}

function parseFinal(json: Buffer): FinalRecord {
  return JSON.parse(json.toString()) as FinalRecord;
}

/** The final with other words. They share its time evenly, since nobody knows when each was said. */
export function corrected(final: FinalRecord, text: string): FinalRecord {
  const words = text.split(/\s+/).filter((part) => part !== '');
  const each = (final.end - final.start) / Math.max(1, words.length);
  const { channel, sequence, removes, start, end, language } = final;
  return {
    channel,
    ...(sequence === undefined ? {} : { sequence }),
    ...(removes === undefined ? {} : { removes }),
    start,
    end,
    language,
    text,
    confidence: 1,
    words: words.map((part, index) => ({
      text: part,
      start: final.start + index * each,
      end: final.start + (index + 1) * each,
      confidence: 1,
    })),
  };
}

/** Live finals were sealed without their pass before there was a second one. */
function associated({ sessionId, reading, place, version }: SegmentPlace): SealedPlace {
  const at = reading === 'live' ? [place, version] : [reading, place, version];
  return ['segments', sessionId, ...at];
}
