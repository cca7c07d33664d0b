import {
  nothingWritten,
  SAMPLE_RATE,
  standingFinals,
  writeFinal,
  type HearingProgress,
  type Recognizer,
  type WritingOptions,
  type WrittenFinal,
} from '@auscult/asr';
import type { DropReason } from '@auscult/protocol';
import { RequestError } from '../errors.js';
import type { ListenToHearing } from '../telemetry/tracing/utterance-listener.js';
import type { Transcript, TranscriptSegment } from '../transcripts/transcript.js';
import { speakersIn } from '../transcripts/by-speaker.js';
import { comesAtEnd, hearRecording, type HearingOptions } from './hear-recording.js';
import type { ChannelSource, RecordingSource } from './recording-source.js';

/** How a source is to be transcribed. */
export interface SourceOptions extends Omit<
  HearingOptions,
  'channel' | 'onProgress' | 'onDropped' | 'progress' | 'signal' | 'listenTo'
> {
  readonly writing: WritingOptions;
  /** The longest recording; a longer one is given up, seconds. */
  readonly maxSeconds: number;
  readonly signal: AbortSignal;
  /** Called with how much is done, 0 to 1, never less than before. */
  readonly onProgress: (share: number) => void;
  /**
   * Called for each final as soon as it is written, and awaited, if the text of a recording grows only at its end: not where
   * it is heard several times, where dictated commands may take back what was said, where speakers are told apart, or where
   * channels are heard one after the other.
   */
  readonly onFinal?: (final: ChannelFinal) => Promise<void>;
  /** Called for words that were heard but are not kept. */
  readonly onDropped: (reason: DropReason) => void;
  /** What was heard of each channel before, by its place in the source. */
  readonly progressOf?: ((channel: number) => HearingProgress) | undefined;
  /** Is told how long utterances take, by the place of their channel in the source. */
  readonly listenTo?: ListenToHearing | undefined;
}

/** The result, and whether the recording was whole. */
export interface TranscribedSource extends Transcript {
  readonly damaged: boolean;
  /** How often words of an utterance were heard but not kept. */
  readonly dropped: number;
  /**
   * Each final as it was written, in the order of their beginning, including those that the speaker took back, which are not
   * among the segments.
   */
  readonly finals: readonly ChannelFinal[];
}

/** A final, and the channel that it was heard on. */
export type ChannelFinal = WrittenFinal & { readonly channel: number };

/**
 * Transcribes all channels of a source, one after the other. Throws the signal's reason, `recording_too_long`, and
 * what the recognizer and the decoders throw.
 */
export async function transcribeSource(
  recognizer: Recognizer,
  source: RecordingSource,
  { maxSeconds, writing, onProgress, onFinal, onDropped, progressOf, listenTo, ...options }: SourceOptions,
): Promise<TranscribedSource> {
  const segments: TranscriptSegment[] = [];
  const all: ChannelFinal[] = [];
  let duration = 0;
  let damaged = false;
  let dropped = 0;
  let best = 0;
  const growsAtEnd = source.channels.length === 1 && !comesAtEnd(options) && !writing.dictationCommands;
  for (const [index, channel] of source.channels.entries()) {
    const open = (): AsyncIterable<Float32Array> => {
      const chunks = channel.open(() => (damaged = true));
      return bounded(chunks, maxSeconds, (seconds) => (duration = Math.max(duration, seconds)));
    };
    const heard = (seconds: number): void => {
      const share = (index + Math.min(1, channel.share(seconds))) / source.channels.length;
      best = Math.max(best, share);
      onProgress(best);
    };
    const written: ChannelFinal[] = [];
    let state = nothingWritten;
    for await (const final of hearRecording(recognizer, open, {
      ...options,
      channel: channel.channel,
      ...(progressOf && { progress: progressOf(index) }),
      ...(listenTo && { listenTo: (hearing) => listenTo(index, hearing) }),
      onProgress: heard,
      onDropped: ({ reason }) => {
        dropped += 1;
        onDropped(reason);
      },
    })) {
      const next = writeFinal(state, final, writing);
      state = next.state;
      const placedFinal = { ...next.written, channel: channel.channel ?? 0 };
      written.push(placedFinal);
      if (growsAtEnd) await onFinal?.(placedFinal);
    }
    all.push(...written);
    for (const { removes = [] } of written) removes.forEach(() => onDropped('retracted'));
    for (const final of standingFinals(written)) segments.push(placed(final, source, channel));
  }
  segments.sort((a, b) => a.start - b.start);
  all.sort((a, b) => a.start - b.start);
  const speakers = options.speakers === 'off' ? undefined : speakersIn(segments);
  return { duration, segments, finals: all, damaged, dropped, ...(speakers && { speakers }) };
}

/** A segment with its times on the clock of the transcript. */
function placed(
  { text, spoken, start, end, confidence, words, language, speaker }: TranscriptSegment,
  { startSeconds }: RecordingSource,
  { channel }: ChannelSource,
): TranscriptSegment {
  return {
    text,
    start: start + startSeconds,
    end: end + startSeconds,
    confidence,
    language,
    words: words.map((word) => ({
      ...word,
      start: word.start + startSeconds,
      end: word.end + startSeconds,
    })),
    ...(spoken === undefined ? {} : { spoken }),
    ...(channel === undefined ? {} : { channel }),
    ...(speaker === undefined ? {} : { speaker }),
  };
}

/** Passes on no more than `maxSeconds`, and reports how many seconds have passed. */
async function* bounded(
  chunks: AsyncIterable<Float32Array>,
  maxSeconds: number,
  onPassed: (seconds: number) => void,
): AsyncGenerator<Float32Array, void> {
  let samples = 0;
  for await (const chunk of chunks) {
    samples += chunk.length;
    if (samples > maxSeconds * SAMPLE_RATE) throw recordingTooLong(maxSeconds);
    onPassed(samples / SAMPLE_RATE);
    yield chunk;
  }
}

/** The error for a recording that is longer than allowed. */
export function recordingTooLong(maxSeconds: number): RequestError {
  return new RequestError('recording_too_long', { limit: `at most ${maxSeconds / 60} minutes` });
}
