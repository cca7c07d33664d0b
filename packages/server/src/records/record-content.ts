import { z } from 'zod';
import { open, seal } from './seal.js';

const word = z.object({ text: z.string(), start: z.number(), end: z.number(), confidence: z.number() });

/** What is encrypted of a final. */
const finalRecord = z.object({
  channel: z.int().min(0),
  text: z.string(),
  /** Seconds since the session's first sample. */
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  language: z.string(),
  words: z.array(word),
});

/** A final as it is kept. */
export type FinalRecord = Readonly<z.output<typeof finalRecord>>;

/** Which version of which final of which session. */
export interface SegmentPlace {
  readonly sessionId: string;
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

/** The final with other words, which share its time evenly: nobody knows when each was said. */
export function corrected(final: FinalRecord, text: string): FinalRecord {
  const words = text.split(/\s+/).filter((part) => part !== '');
  const each = (final.end - final.start) / Math.max(1, words.length);
  return {
    ...final,
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

function associated({ sessionId, place, version }: SegmentPlace): readonly (string | number)[] {
  return ['segments', sessionId, place, version];
}
