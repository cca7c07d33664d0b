import type { TranscriptionMessage } from '@auscult/protocol';
import type { Segment } from '../transcript.js';

type OwnSeconds = (sessionSeconds: number) => number;

/** What segments have in common, whether they are live or refined. */
type Utterance = Pick<Segment, 'text' | 'spoken' | 'start' | 'end' | 'confidence' | 'channel'>;

/**
 * The segment of a session's message, with its times converted by `ownSeconds` and its sequences counted on from those
 * of earlier sessions.
 */
export function ownSegment(
  message: TranscriptionMessage,
  ownSeconds: OwnSeconds,
  sequenceOffset: number,
): Segment {
  const { words, sequence, removes, speaker, unsettled } = message;
  return {
    ...ownUtterance(message, ownSeconds),
    ...(words && {
      words: words.map((word) => ({ ...word, start: ownSeconds(word.start), end: ownSeconds(word.end) })),
    }),
    ...(unsettled === undefined ? {} : { unsettled }),
    ...(speaker === undefined ? {} : { speaker }),
    sequence: sequenceOffset + sequence,
    ...(removes && { removes: removes.map((removed) => sequenceOffset + removed) }),
  };
}

/** Only what segments have in common, with its times converted by `ownSeconds`. */
export function ownUtterance(
  { text, spoken, start, end, confidence, channel }: Pick<TranscriptionMessage, keyof Utterance>,
  ownSeconds: OwnSeconds,
): Utterance {
  return {
    text,
    ...(spoken === undefined ? {} : { spoken }),
    start: ownSeconds(start),
    end: ownSeconds(end),
    confidence,
    ...(channel === undefined ? {} : { channel }),
  };
}
