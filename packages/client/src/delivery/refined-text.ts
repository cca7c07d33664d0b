import type { RefinedMessage } from '@auscult/protocol';
import type { Segment } from '../transcript.js';

/** The refined text of a session, with its times converted by `ownSeconds`. */
export function refinedText(
  { text, segments }: RefinedMessage,
  ownSeconds: (sessionSeconds: number) => number,
): { text: string; segments: readonly Segment[] } {
  const counts = [0, 0];
  return {
    text,
    segments: segments.map(({ text: written, spoken, start, end, confidence, channel }) => {
      const sequence = counts[channel ?? 0] ?? 0;
      counts[channel ?? 0] = sequence + 1;
      return {
        text: written,
        ...(spoken === undefined ? {} : { spoken }),
        start: ownSeconds(start),
        end: ownSeconds(end),
        confidence,
        ...(channel === undefined ? {} : { channel }),
        sequence,
      };
    }),
  };
}
