import { Tensor, type InferenceSession } from '@auscult/onnxruntime';

/** Samples that one probability covers: 32 ms at 16 kHz. */
export const VAD_FRAME_SAMPLES = 512;

/** What the network is to hear of a channel, and what it remembers of it. */
export interface HeardChannel {
  /** The last `CARRIED_SAMPLES` of the frame before, and the frame: within ±1. */
  readonly window: Float32Array;
  /** [2, `STATE_SIZE`], which each run replaces. */
  readonly state: Float32Array;
}

/** A channel of which nothing was heard. */
export function newChannel(): HeardChannel {
  return { window: new Float32Array(WINDOW_SAMPLES), state: new Float32Array(2 * STATE_SIZE) };
}

/** Puts the next frame into a channel's window. */
export function putFrame({ window }: HeardChannel, frame: Float32Array): void {
  window.copyWithin(0, VAD_FRAME_SAMPLES);
  window.set(frame, CARRIED_SAMPLES);
}

/** Hears one frame of each channel in one run. Returns the probability of speech, 0 to 1, in each. */
export async function hearFrames(
  session: InferenceSession,
  channels: readonly HeardChannel[],
): Promise<Float32Array> {
  const count = channels.length;
  const input = new Float32Array(count * WINDOW_SAMPLES);
  const state = new Float32Array(2 * count * STATE_SIZE);
  for (const [row, { window, state: own }] of channels.entries()) {
    input.set(window, row * WINDOW_SAMPLES);
    for (const part of [0, 1]) {
      state.set(own.subarray(part * STATE_SIZE, (part + 1) * STATE_SIZE), (part * count + row) * STATE_SIZE);
    }
  }
  const outputs = await session.run({
    input: new Tensor('float32', input, [count, WINDOW_SAMPLES]),
    state: new Tensor('float32', state, [2, count, STATE_SIZE]),
  });
  const states = outputs['stateN']?.data as Float32Array;
  for (const [row, { state: own }] of channels.entries()) {
    for (const part of [0, 1]) {
      const from = (part * count + row) * STATE_SIZE;
      own.set(states.subarray(from, from + STATE_SIZE), part * STATE_SIZE);
    }
  }
  return outputs['output']?.data as Float32Array;
}

/** The network hears the last samples of the frame before again (as in Silero's own code). */
const CARRIED_SAMPLES = 64;

const WINDOW_SAMPLES = CARRIED_SAMPLES + VAD_FRAME_SAMPLES;

/** The network has two states of this size. */
const STATE_SIZE = 128;
