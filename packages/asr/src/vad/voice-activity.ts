import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { InferenceSession } from '@auscult/onnxruntime';
import { openGraph } from '../decoding/open-graph.js';
import { newChannel, putFrame } from './hear-frames.js';
import { createSharedRuns, type SharedRuns } from './shared-runs.js';

/** Follows the voice in one channel. */
export interface VoiceActivity {
  /**
   * Probability of speech, 0 to 1, in the next `VAD_FRAME_SAMPLES` samples at 16 kHz within ±1. The frame must stay
   * unchanged until the probability is there, and only then may the next come. `behind`: whether more of the
   * channel's audio has arrived already, so that its frames should not wait for those of others.
   */
  probability(frame: Float32Array, behind?: boolean): Promise<number>;
  /** The channel has ended. */
  close(): void;
}

/**
 * Loads the Silero network once per process, and resolves with a function that makes followers, of 5 kB each.
 * Followers with the same `share` name divide the time of that share among themselves.
 */
export function loadVoiceActivity(): Promise<(share?: string) => VoiceActivity> {
  loading ??= openSilero().then(createVoiceActivities);
  return loading;
}

let loading: Promise<(share?: string) => VoiceActivity> | undefined;

async function openSilero(): Promise<InferenceSession> {
  const [{ leanSilero }, published] = await Promise.all([
    import('./lean-silero.js'),
    readFile(weightsPath()),
  ]);
  return openGraph(leanSilero(published));
}

function createVoiceActivities(session: InferenceSession): (share?: string) => VoiceActivity {
  const runs = createSharedRuns(session);
  return (share = '') => followVoice(runs, share);
}

function followVoice(runs: SharedRuns, share: string): VoiceActivity {
  const channel = newChannel();
  const { window, state } = channel;
  let isOpen = true;
  runs.join();
  return {
    probability(frame, behind = false) {
      putFrame(channel, frame);
      return new Promise((resolve, reject) => {
        runs.hear({ share, behind, window, state, resolve, reject });
      });
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      runs.leave(share);
    },
  };
}

function weightsPath(): string {
  return createRequire(import.meta.url).resolve('@auscult/weights/silero/silero_vad_v6.onnx');
}
