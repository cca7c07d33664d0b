import { loadResampling } from '../audio/resample.js';
import { familyOf } from '../families/families.js';
import type { InferencePool, Share } from '../inference/inference-pool.js';
import type { Scheduler } from '../inference/scheduling/scheduler.js';
import { calibratedConfidence } from '../live/calibrated-confidence.js';
import { openLiveStream } from '../live/live-stream.js';
import { createStreamTerms } from '../live/stream-terms.js';
import { enrolVoice } from '../speakers/enrol-voice.js';
import { createVoices } from '../speakers/voices.js';
import type { TokenText } from '../text/token-text.js';
import { loadVoiceActivity } from '../vad/voice-activity.js';
import type {
  Admission,
  ModelDescription,
  Recognizer,
  RecognizerOptions,
  RecognizerStatus,
} from './recognizer.js';
import { createSharedTermLists } from './shared-terms.js';

/** The options of a recognizer that concern its streams, not the processes that infer. */
export type StreamSettings = Pick<
  RecognizerOptions,
  | 'language'
  | 'beams'
  | 'lexicon'
  | 'workerTimeoutSeconds'
  | 'maxFinalDelaySeconds'
  | 'shrinkContextUnderLoad'
  | 'onEvent'
>;

/** A pool, and what its processes have loaded. */
export interface LoadedPool {
  /** Closed with the recognizer. */
  readonly pool: Scheduler;
  readonly model: ModelDescription;
  readonly textOf: (token: number) => TokenText;
}

/**
 * Makes a recognizer of a pool, wherever that infers: detection of speech and voices are on this machine. What they need is
 * loaded while the pool is. Fails as the pool does.
 */
export async function recognizerOverPool(
  loading: Promise<LoadedPool>,
  options: StreamSettings,
): Promise<Recognizer> {
  const [{ pool, model, textOf }, createResampler, createVoiceActivity] = await Promise.all([
    loading,
    loadResampling(),
    loadVoiceActivity(),
  ]);
  const family = familyOf(model);
  const sharedTerms = createSharedTermLists((name) => {
    pool.forget({ termList: name });
  });
  const voices = createVoices({ timeoutSeconds: options.workerTimeoutSeconds, onEvent: options.onEvent });
  let opened = 0;
  let liveStreams = 0;
  const contextFraction = (share: Share) =>
    options.shrinkContextUnderLoad ? shareUnderLoad(pool.status(share).finalWaitSeconds) : 1;

  return {
    model,
    openLive(live, listener) {
      const share = live.share ?? [];
      const name = String(opened++);
      const isBackground = live.priority === 'background';
      if ((live.speakers ?? 'off') !== 'off') voices.prepare();
      const stream = openLiveStream(live, listener, {
        pool,
        createResampler,
        voice: createVoiceActivity(share.join('\n')),
        stream: name,
        language: options.language,
        beams: options.beams ?? family.beams,
        textOf,
        calibrated: (confidence) => calibratedConfidence(family.calibration, confidence),
        wordBreaksOf: (language) => family.wordBreaksOf(language),
        hearsTwice: family.hearings.length > 1 && live.task !== 'translate',
        onHeard: (how) => {
          options.onEvent?.({ kind: 'final-heard', how });
        },
        contextFraction: () => contextFraction(share),
        share,
        embed: (audio, patienceMs) =>
          voices.embed(audio, { stream: name, share, background: isBackground, patienceMs }),
        terms: createStreamTerms(sharedTerms, live.keyTerms ?? []),
        lexicon: options.lexicon ?? 'none',
        onClose: () => {
          liveStreams--;
        },
      });
      liveStreams++;
      return stream;
    },
    voiceEncoder: 'ge2e',
    enrolVoice: (recording, share = []) => {
      const stream = String(opened++);
      return enrolVoice(recording, (audio) => voices.embed(audio, { stream, share, background: true }));
    },
    embedVoice: (audio, { priority = 'background', share = [] }) =>
      voices.embed(audio, { stream: 'recording', share, background: priority === 'background' }),
    admission: (share = []) => admission(pool, share, options.maxFinalDelaySeconds),
    status: () => ({ ...poolStatus(pool), liveStreams, voices: voices.status() }),
    close: async () => {
      await Promise.all([pool.close(), voices.close()]);
    },
  };
}

/**
 * How much of the carried context to use while finals have to wait for a process: half of it, then none, frees about a
 * third and half of the time that a final takes (bench `streams`). What counts is the wait, not the whole delay: a long
 * utterance takes its time on an idle machine, too, and half of the context costs a fifth more errors.
 */
function shareUnderLoad(finalWaitSeconds: number): number {
  if (finalWaitSeconds > MOST_WAIT.withHalfContext) return 0;
  return finalWaitSeconds > MOST_WAIT.withContext ? 0.5 : 1;
}

/** Seconds; not tuned. */
const MOST_WAIT = { withContext: 0.5, withHalfContext: 1 } as const;

function admission(pool: InferencePool, share: Share, maxFinalDelaySeconds: number): Admission {
  const { ready, finalDelaySeconds } = pool.status(share);
  if (!ready) return { admitted: false, reason: 'no-worker-ready' };
  if (finalDelaySeconds > maxFinalDelaySeconds) return { admitted: false, reason: 'finals-late' };
  return { admitted: true };
}

function poolStatus(pool: Scheduler): Omit<RecognizerStatus, 'liveStreams'> {
  const { waiting, finalDelaySeconds } = pool.status();
  return {
    workers: pool.workers(),
    waitingFinals: waiting.finals,
    waitingPartials: waiting.partials,
    finalDelaySeconds,
  };
}
