import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { familyOf } from '../families/families.js';
import type { Recognizer } from '../recognizer/recognizer.js';
import { SpeechError } from '../speech-error.js';
import { audioAfter, continueAfter } from './heard-before.js';
import type { DroppedWords, FinalHypothesis, LiveListener, LiveOptions } from './live-transcription.js';

/** How a recording is to be transcribed. */
export interface TranscribeOptions extends Partial<
  Pick<
    LiveOptions,
    | 'endpointingMs'
    | 'maxUtteranceSeconds'
    | 'contextSeconds'
    | 'speed'
    | 'language'
    | 'task'
    | 'priority'
    | 'beams'
    | 'keyTerms'
    | 'lexicon'
    | 'share'
  >
> {
  /** Finals of this recording from before: only what comes after them is transcribed, with their end as its context. */
  readonly heardBefore?: readonly FinalHypothesis[];
  /** Called with the seconds of audio whose text is final. */
  readonly onProgress?: (seconds: number) => void;
  /** Called with words that the decoder had but that were dropped. */
  readonly onDropped?: (words: DroppedWords) => void;
  /** Is told how long utterances take, on the clock of the recording. */
  readonly listener?: TimesListener | undefined;
  /** Ends the work early; the generator then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Who is told how long utterances take. */
export type TimesListener = Pick<LiveListener, 'onTimes' | 'traceOf'>;

/** The settings of a stream that asks for no others. */
export const defaultLiveOptions = {
  endpointingMs: 500,
  maxUtteranceSeconds: 15,
  contextSeconds: 20,
} as const satisfies Partial<LiveOptions>;

/**
 * Audio given to recognition ahead of its text, seconds: bounds memory, and keeps one recording from taking all
 * capacity.
 */
const AHEAD_SECONDS = 120;

/**
 * Transcribes 16 kHz mono audio as fast as the processes allow, behind all live work. It goes the same way as live
 * speech, with settings that suit whole recordings unless `options` has others. Does not give the finals of `heardBefore`
 * again. Throws `worker_failed` if part of the audio could not be recognised.
 */
export async function* transcribeRecording(
  recognizer: Recognizer,
  chunks: AsyncIterable<Float32Array>,
  { heardBefore = [], onProgress, onDropped, listener, signal, ...options }: TranscribeOptions = {},
): AsyncGenerator<FinalHypothesis> {
  const finals: FinalHypothesis[] = [];
  const { audioFrom, continued, droppedSince } = continueAfter(
    heardBefore,
    options.contextSeconds ?? defaultLiveOptions.contextSeconds,
  );
  let tell = (): void => undefined;
  let lost = 0;
  const live = recognizer.openLive(
    {
      ...defaultLiveOptions,
      ...familyOf(recognizer.model).hearings[0],
      priority: 'background',
      ...options,
      sampleRate: SAMPLE_RATE,
      encoding: 'f32le',
      partials: false,
    },
    {
      ...(listener && onRecordingClock(listener, audioFrom)),
      onFinal: (heard) => {
        const final = continued(heard);
        if (final === undefined) return;
        finals.push(final);
        tell();
      },
      onDropped: (words) => {
        const dropped = droppedSince(words);
        if (dropped) onDropped?.(dropped);
      },
      onLost: () => {
        lost += 1;
      },
    },
  );
  // Closing the stream also ends a flush that is waiting for its last finals.
  const end = () => live.close();
  signal?.addEventListener('abort', end, { once: true });
  try {
    for await (const chunk of audioAfter(chunks, audioFrom)) {
      signal?.throwIfAborted();
      live.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      yield* finals.splice(0);
      while (live.pendingSeconds > AHEAD_SECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        signal?.throwIfAborted();
        yield* finals.splice(0);
      }
      onProgress?.(audioFrom + live.settledSeconds);
    }
    const flushed = live.flush().then(() => 'flushed' as const);
    // If reading ends early, nobody waits for it.
    flushed.catch(() => undefined);
    for (;;) {
      const told = new Promise<'told'>((resolve) => {
        tell = () => {
          resolve('told');
        };
      });
      const news = finals.length === 0 ? await Promise.race([flushed, told]) : 'told';
      signal?.throwIfAborted();
      yield* finals.splice(0);
      if (news === 'flushed') break;
      onProgress?.(audioFrom + live.settledSeconds);
    }
    onProgress?.(audioFrom + live.receivedSeconds);
  } finally {
    signal?.removeEventListener('abort', end);
    live.close();
  }
  if (lost > 0) {
    throw new SpeechError(
      'worker_failed',
      'Part of the recording could not be recognised.',
      'Try again; see `auscult doctor`.',
    );
  }
}

/** Of a stream that begins at `from`, seconds. */
function onRecordingClock({ onTimes, traceOf }: TimesListener, from: number): TimesListener {
  return {
    onTimes:
      onTimes &&
      ((times) => {
        onTimes({ ...times, start: from + times.start, end: from + times.end });
      }),
    traceOf: traceOf && ((start, startedAt) => traceOf(from + start, startedAt)),
  };
}
