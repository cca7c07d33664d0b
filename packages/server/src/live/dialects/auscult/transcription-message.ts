import type { PartialHypothesis, WrittenFinal } from '@auscult/asr';
import type { TranscriptionMessage } from '@auscult/protocol';
import { roundedWord, threeDecimals } from '../../../transcripts/transcript.js';
import type { FinalEvent, PartialEvent } from '../../events.js';

/** What the settings of a session add to its transcription messages. */
interface MessageShape {
  /** Whether finals carry their words. */
  readonly words: boolean;
  /** Channel of the hypothesis, if the session has more than one. */
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
    ...(words ? { words: hypothesis.words.map(roundedWord) } : {}),
  };
}

/** The message for the text of an utterance that is still being spoken. */
export function partialMessage(
  { hypothesis, madeAt }: Pick<PartialEvent, 'hypothesis' | 'madeAt'>,
  { channel }: Pick<MessageShape, 'channel'>,
): TranscriptionMessage {
  const { unsettled } = hypothesis;
  return {
    ...common(hypothesis, madeAt, false),
    ...(unsettled === undefined ? {} : { unsettled }),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** Seconds with three decimals, as `threeDecimals`, but never later. */
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
    start: threeDecimals(hypothesis.start),
    end: threeDecimals(hypothesis.end),
    confidence: threeDecimals(hypothesis.confidence),
    ...(hypothesis.speaker === undefined ? {} : { speaker: hypothesis.speaker }),
  };
}
