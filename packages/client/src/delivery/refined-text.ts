import type { RefinedMessage } from '@auscult/protocol';
import type { Segment } from '../transcript.js';
import { ownUtterance } from './own-segment.js';

/** The refined text of a session, with its times converted by `ownSeconds`. */
export function refinedText(
  { text, segments }: RefinedMessage,
  ownSeconds: (sessionSeconds: number) => number,
): { text: string; segments: readonly Segment[] } {
  const counts = [0, 0];
  return {
    text,
    segments: segments.map((segment) => {
      const { channel = 0 } = segment;
      const sequence = counts[channel] ?? 0;
      counts[channel] = sequence + 1;
      return { ...ownUtterance(segment, ownSeconds), sequence };
    }),
  };
}
