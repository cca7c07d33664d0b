import type { WrittenFinal } from '@auscult/asr';
import type { FinalRecord } from './record-content.js';

/** A final, or a piece of a transcript that no longer has a number. */
type Written = Omit<WrittenFinal, 'sequence' | 'reason'> & Partial<Pick<WrittenFinal, 'sequence'>>;

/** What is kept of a final: the text that was sent, what was said, and its words. */
export function finalRecord(final: Written, channel: number): FinalRecord {
  const { text, spoken, sequence, removes, start, end, confidence, language, words } = final;
  return {
    channel,
    text,
    start,
    end,
    confidence,
    language,
    words: [...words],
    ...(spoken === undefined ? {} : { spoken }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(removes === undefined ? {} : { removes: [...removes] }),
  };
}
