import type { RefinedMessage } from '@auscult/protocol';
import type { Segment } from '../transcript.js';

/** What a session was read again as, on the clock to which `ownSeconds` brings the seconds of the session. */
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
