import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { ModelDescription, Recognizer } from '../recognizer/recognizer.js';
import { SpeechError } from '../speech-error.js';
import type { DroppedWords, FinalHypothesis, LiveOptions } from './live-transcription.js';

/** How a recording is to be transcribed. */
export interface TranscribeOptions extends Partial<
  Pick<
    LiveOptions,
    | 'endpointingMs'
    | 'maxUtteranceSeconds'
    | 'contextSeconds'
    | 'language'
    | 'task'
    | 'priority'
    | 'beams'
    | 'keyTerms'
    | 'lexicon'
    | 'share'
  >
> {
  /** Called with the seconds of audio whose text is final. */
  readonly onProgress?: (seconds: number) => void;
  /** Words that the decoder had were dropped. */
  readonly onDropped?: (words: DroppedWords) => void;
  /** Ends the work early; the generator then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Settings of a stream that asks for nothing else. */
export const defaultLiveOptions = {
  endpointingMs: 500,
  maxUtteranceSeconds: 15,
  contextSeconds: 20,
} as const satisfies Partial<LiveOptions>;

/**
 * Settings of whole recordings, which nobody waits for from word to word, and of further hearings, which err elsewhere
 * (bench `accuracy --whole --hearings 4`). Whisper hears long windows that are cut at long pauses, each by itself, so
 * that several are decoded at a time, and no other windows serve it as well (docs/decisions/0015). Moonshine, which gives
 * up on long utterances, hears shorter ones in their context, cut at pauses that are a little longer than live.
 */
export const recordingHearings = {
  moonshine: [
    { endpointingMs: 700 },
    { endpointingMs: 500 },
    { endpointingMs: 1000, contextSeconds: 15 },
    { endpointingMs: 400, contextSeconds: 25 },
  ],
  whisper: [{ endpointingMs: 1500, maxUtteranceSeconds: 25, contextSeconds: 0 }],
} as const satisfies Record<ModelDescription['family'], readonly TranscribeOptions[]>;

/** Audio given to recognition ahead of its text, seconds: bounds memory, and keeps one recording from all else. */
const AHEAD_SECONDS = 120;

/**
 * Transcribes 16 kHz mono audio as fast as the processes allow, behind all live work, through the same way as live
 * speech but with settings that suit whole recordings, where `options` have no others.
 * Throws `worker_failed` if part of the audio could not be recognised.
 */
export async function* transcribeRecording(
  recognizer: Recognizer,
  chunks: AsyncIterable<Float32Array>,
  { onProgress, onDropped, signal, ...options }: TranscribeOptions = {},
): AsyncGenerator<FinalHypothesis> {
  const finals: FinalHypothesis[] = [];
  let lost = false;
  const live = recognizer.openLive(
    {
      ...defaultLiveOptions,
      ...recordingHearings[recognizer.model.family][0],
      priority: 'background',
      ...options,
      sampleRate: SAMPLE_RATE,
      encoding: 'f32le',
      partials: false,
    },
    {
      onFinal: (final) => finals.push(final),
      ...(onDropped && { onDropped }),
      onLost: () => {
        lost = true;
      },
    },
  );
  // Closing the stream also ends a flush that waits for its last finals.
  const end = () => live.close();
  signal?.addEventListener('abort', end, { once: true });
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      live.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      while (live.pendingSeconds > AHEAD_SECONDS) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        signal?.throwIfAborted();
      }
      yield* finals.splice(0);
      onProgress?.(live.settledSeconds);
    }
    await live.flush();
    signal?.throwIfAborted();
    yield* finals.splice(0);
    onProgress?.(live.receivedSeconds);
  } finally {
    signal?.removeEventListener('abort', end);
    live.close();
  }
  if (lost) {
    throw new SpeechError(
      'worker_failed',
      'Part of the recording could not be recognised.',
      'Try again; see `auscult doctor`.',
    );
  }
}
