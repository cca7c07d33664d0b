import { wordAlternative, wordDoubtful } from '@auscult/protocol';
import { z } from 'zod';
import { open, seal, type SealedPlace } from './seal.js';

const word = z.object({
  text: z.string(),
  /** What was said, where it is written otherwise. */
  spoken: z.string().optional(),
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  alternatives: z.array(wordAlternative).optional(),
  doubtful: wordDoubtful,
});

/** What is encrypted of a final. */
const finalRecord = z.object({
  channel: z.int().min(0),
  /** Number of the utterance in its channel, by which others take it back. */
  sequence: z.int().min(0).optional(),
  /** Empty where the final only takes others back. */
  text: z.string(),
  /** What was said, where it is written otherwise. */
  spoken: z.string().optional(),
  /** `sequence` of the finals of the channel that the speaker took back with this one. */
  removes: z.array(z.int().min(0)).optional(),
  /** Seconds since the session's first sample. */
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  language: z.string(),
  words: z.array(word),
});

/** A final as it is kept. */
export type FinalRecord = Readonly<z.output<typeof finalRecord>>;

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

/** Throws `record_damaged` if it is not what was sealed for that place. */
export function openFinal(dataKey: Uint8Array, sealed: Buffer, where: SegmentPlace): FinalRecord {
  return finalRecord.parse(JSON.parse(open(dataKey, sealed, associated(where)).toString()));
}

/** The final with other words. They share its time evenly, since nobody knows when each was said. */
export function corrected(final: FinalRecord, text: string): FinalRecord {
  const words = text.split(/\s+/).filter((part) => part !== '');
  const each = (final.end - final.start) / Math.max(1, words.length);
  return {
    ...final,
    text,
    spoken: undefined,
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
