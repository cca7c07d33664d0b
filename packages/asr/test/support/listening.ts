import {
  defaultLiveOptions,
  SAMPLE_RATE,
  type DroppedWords,
  type FinalHypothesis,
  type LiveListener,
  type LiveOptions,
  type LiveTranscription,
  type PartialHypothesis,
  type PcmEncoding,
  type Recognizer,
  type SpeechActivity,
} from '@auscult/asr';
import { until } from './until.js';

/** A live stream and all that was heard from it. */
export interface Listening {
  readonly live: LiveTranscription;
  readonly finals: readonly FinalHypothesis[];
  readonly partials: readonly PartialHypothesis[];
  readonly speech: readonly SpeechActivity[];
  readonly dropped: readonly DroppedWords[];
  readonly lost: readonly { readonly start: number; readonly end: number }[];
  /** All finals as one text. */
  readonly text: () => string;
}

/** Opens a stream; unless `options` say otherwise, of float samples at 16 kHz, without partials. */
export function listen(
  recognizer: Recognizer,
  options: Partial<LiveOptions> = {},
  listener: Pick<LiveListener, 'onAudio' | 'onSpeakers'> = {},
): Listening {
  const finals: FinalHypothesis[] = [];
  const partials: PartialHypothesis[] = [];
  const speech: SpeechActivity[] = [];
  const dropped: DroppedWords[] = [];
  const lost: { readonly start: number; readonly end: number }[] = [];
  const live = recognizer.openLive(
    { ...defaultLiveOptions, sampleRate: SAMPLE_RATE, encoding: 'f32le', partials: false, ...options },
    {
      ...listener,
      onFinal: (final) => finals.push(final),
      onPartial: (partial) => partials.push(partial),
      onSpeech: (activity) => speech.push(activity),
      onDropped: (words) => dropped.push(words),
      onLost: (span) => lost.push(span),
    },
  );
  return {
    live,
    finals,
    partials,
    speech,
    dropped,
    lost,
    text: () => finals.map(({ text }) => text).join(' '),
  };
}

/** Transcribes 16 kHz samples through a new stream that gets all of them at once. */
export async function transcribe(
  recognizer: Recognizer,
  samples: Float32Array,
  options: Partial<LiveOptions> = {},
): Promise<Listening> {
  const listening = listen(recognizer, options);
  listening.live.push(encodePcm(samples, 'f32le'));
  await listening.live.flush();
  listening.live.close();
  return listening;
}

/** Feeds a stream a fifth of a second at a time, and waits each time until the recognizer has nothing left to do. */
export async function feedInStep(
  recognizer: Recognizer,
  { live }: Listening,
  samples: Float32Array,
): Promise<void> {
  const step = SAMPLE_RATE / 5;
  for (let at = 0; at < samples.length; at += step) {
    live.push(encodePcm(samples.subarray(at, at + step), 'f32le'));
    await until(() => live.pendingSeconds < ONE_FRAME_SECONDS && isIdle(recognizer));
  }
}

/** Samples within ±1 as PCM. */
export function encodePcm(samples: Float32Array, encoding: PcmEncoding): Uint8Array {
  const view = new DataView(new ArrayBuffer(samples.length * (encoding === 's16le' ? 2 : 4)));
  samples.forEach((sample, index) => {
    if (encoding === 'f32le') view.setFloat32(index * 4, sample, true);
    else view.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true);
  });
  return new Uint8Array(view.buffer);
}

/** The audio of which voice activity detection makes one probability. */
const ONE_FRAME_SECONDS = 0.032;

function isIdle(recognizer: Recognizer): boolean {
  const { workers, waitingFinals, waitingPartials } = recognizer.status();
  return waitingFinals + waitingPartials + workers.reduce((sum, { jobs }) => sum + jobs, 0) === 0;
}
