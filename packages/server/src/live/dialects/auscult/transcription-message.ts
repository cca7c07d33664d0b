import type { PartialHypothesis, WrittenFinal, WrittenWord } from '@auscult/asr';
import type { TranscriptionMessage, TranscriptionWord } from '@auscult/protocol';
import type { FinalEvent, PartialEvent } from '../../events.js';

/** What the settings of a session add to its transcription messages. */
interface MessageShape {
  /** Whether finals carry their words. */
  readonly words: boolean;
  /** Channel of the hypothesis, where the session has more than one. */
  readonly channel?: number | undefined;
}

/** The message for text that will not change. */
export function finalMessage(
  { hypothesis, madeAt }: Pick<FinalEvent, 'hypothesis' | 'madeAt'>,
  { words, channel }: MessageShape,
): TranscriptionMessage {
  return {
    ...common(hypothesis, madeAt, true),
    ...(channel === undefined ? {} : { channel }),
    language: hypothesis.language,
    ...(hypothesis.spoken === undefined ? {} : { spoken: hypothesis.spoken }),
    ...(hypothesis.removes === undefined ? {} : { removes: [...hypothesis.removes] }),
    ...(words ? { words: hypothesis.words.map(wordOf) } : {}),
  };
}

/** The message for the text of an utterance that is still being spoken. */
export function partialMessage(
  { hypothesis, madeAt }: Pick<PartialEvent, 'hypothesis' | 'madeAt'>,
  { channel }: Pick<MessageShape, 'channel'>,
): TranscriptionMessage {
  return { ...common(hypothesis, madeAt, false), ...(channel === undefined ? {} : { channel }) };
}

/** Seconds with three decimals, as they go out on the wire. */
export function wireSeconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** As `wireSeconds`, but never later. */
export function flooredSeconds(seconds: number): number {
  return Math.floor(seconds * 1000) / 1000;
}

function common(
  hypothesis: PartialHypothesis | WrittenFinal,
  madeAt: Date,
  isFinal: boolean,
): TranscriptionMessage {
  return {
    type: 'transcription',
    text: hypothesis.text,
    timestamp: madeAt.toISOString(),
    isFinal,
    sequence: hypothesis.sequence,
    start: wireSeconds(hypothesis.start),
    end: wireSeconds(hypothesis.end),
    confidence: wireConfidence(hypothesis.confidence),
  };
}

function wordOf({
  text,
  start,
  end,
  confidence,
  spoken,
  alternatives,
  doubtful,
}: WrittenWord): TranscriptionWord {
  return {
    text,
    start: wireSeconds(start),
    end: wireSeconds(end),
    confidence: wireConfidence(confidence),
    ...(spoken === undefined ? {} : { spoken }),
    ...(alternatives && {
      alternatives: alternatives.map((one) => ({ ...one, confidence: wireConfidence(one.confidence) })),
    }),
    ...(doubtful && { doubtful }),
  };
}

function wireConfidence(confidence: number): number {
  return Math.round(confidence * 1000) / 1000;
}
