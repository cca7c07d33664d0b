import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openSession } from '../decoding/open-session.js';

/** Samples that one probability covers: 32 ms at 16 kHz. */
export const VAD_FRAME_SAMPLES = 512;

/** Follows the voice in one channel. */
export interface VoiceActivity {
  /** Probability of speech, 0 to 1, in the next `VAD_FRAME_SAMPLES` samples at 16 kHz within ±1. */
  probability(frame: Float32Array): Promise<number>;
}

/** Loads the Silero network once a process and makes followers of it, each 2 kB. */
export function loadVoiceActivity(): Promise<() => VoiceActivity> {
  loading ??= openSession(weightsPath()).then((session) => () => createVoiceActivity(session));
  return loading;
}

let loading: Promise<() => VoiceActivity> | undefined;

/** The network hears the end of the frame before again, samples (as in Silero's own code). */
const CARRIED_SAMPLES = 64;

const STATE_DIMS = [2, 1, 128] as const;

const SAMPLE_RATE = new Tensor('int64', BigInt64Array.of(16_000n), []);

function createVoiceActivity(session: InferenceSession): VoiceActivity {
  let state: Tensor = new Tensor('float32', new Float32Array(2 * 128), STATE_DIMS);
  const window = new Float32Array(CARRIED_SAMPLES + VAD_FRAME_SAMPLES);
  const input = new Tensor('float32', window, [1, window.length]);
  return {
    async probability(frame) {
      window.copyWithin(0, VAD_FRAME_SAMPLES);
      window.set(frame, CARRIED_SAMPLES);
      const outputs = await session.run({ input, state, sr: SAMPLE_RATE });
      state = outputs['stateN'] as Tensor;
      return (outputs['output'] as Tensor).data[0] as number;
    },
  };
}

function weightsPath(): string {
  return createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');
}
