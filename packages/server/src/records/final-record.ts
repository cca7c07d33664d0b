import type { WrittenFinal } from '@auscult/asr';
import type { FinalRecord } from './record-content.js';

/** A final, or a segment of a transcript, which has no number any more. */
type Written = Omit<WrittenFinal, 'sequence' | 'reason'> & Partial<Pick<WrittenFinal, 'sequence'>>;

/** The part of a final that is kept: the text that was sent, what was said, and the words. */
export function finalRecord(final: Written, channel: number): FinalRecord {
  const { text, spoken, sequence, removes, start, end, confidence, language, words, speaker } = final;
  const { command } = final;
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
    ...(command === undefined ? {} : { command }),
    ...(speaker === undefined ? {} : { speaker }),
  };
}

/** Whether clients are told of a final, so that it is kept: it has text, takes back earlier ones, or is a command. */
export function isTold({
  text,
  removes,
  command,
}: Pick<WrittenFinal, 'text' | 'removes' | 'command'>): boolean {
  return text !== '' || removes !== undefined || command !== undefined;
}
