import { Tensor, type InferenceSession } from '@auscult/onnxruntime';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { ModelGeometry } from './model-geometry.js';

/** What the decoder attends to: keys and values for each layer, float32, as the prepared encoder gives them. */
export interface CrossAttention {
  readonly frames: number;
  /** The tensors by graph name, `cross.N.key` and `cross.N.value`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The encoder's state at the end of some audio, from which later audio can be encoded. */
export interface EncoderState {
  readonly frames: number;
  /** The tensors by graph input name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Memory that it holds. */
  readonly bytes: number;
}

/** The result of encoding a window. */
export interface EncodedWindow {
  readonly cross: CrossAttention;
  /** Absent if every window is encoded from its start. */
  readonly state?: EncoderState;
}

/** Encodes windows of audio, from their start or from where an earlier, shorter window of the same start ended. */
export interface StreamEncoder {
  /** `audio`: the whole window, float32 samples at 16 kHz within ±1; `earlier`: the state after its beginning. */
  encode(audio: Float32Array, earlier?: EncoderState): Promise<EncodedWindow>;
}

/** An encoder that always leaves a state. */
export interface ContinuedStreamEncoder extends StreamEncoder {
  encode(audio: Float32Array, earlier?: EncoderState): Promise<Required<EncodedWindow>>;
}

/**
 * Audio at the end of an earlier window that is encoded again, seconds. Frames depend on the audio after them: without this,
 * the decoder takes every earlier end of speech for the end of the utterance and stops there. 5 s are no better, and 1 s loses
 * words, see docs/decisions/0005-carried-context-is-encoded-once.md.
 */
const LOOK_AHEAD_SECONDS = 2;

/** Makes an encoder from Moonshine's prepared graph. */
export function createStreamEncoder(
  session: InferenceSession,
  geometry: ModelGeometry,
): ContinuedStreamEncoder {
  const lookAheadFrames = Math.ceil((LOOK_AHEAD_SECONDS * SAMPLE_RATE) / geometry.samplesPerFrame);
  const empty = emptyState(geometry);

  return {
    async encode(audio, earlier) {
      const kept = earlier === undefined ? 0 : Math.max(0, earlier.frames - lookAheadFrames);
      const fresh = audio.subarray(kept * geometry.samplesPerFrame);
      const outputs = await session.run({
        input_values: new Tensor('float32', fresh, [1, fresh.length]),
        kept_frames: new Tensor('int64', BigInt64Array.of(BigInt(kept)), [1]),
        ...Object.fromEntries((kept === 0 ? empty : (earlier ?? empty)).tensors),
      });
      const cross = new Map<string, Tensor>();
      const state = new Map<string, Tensor>();
      let frames = 0;
      let bytes = 0;
      for (const [name, tensor] of Object.entries(outputs)) {
        if (name.startsWith('cross.')) {
          cross.set(name, tensor);
          continue;
        }
        if (name === 'hidden') frames = tensor.dims[1] ?? 0;
        state.set(name === 'hidden' ? 'past_hidden' : name.replace('present', 'past'), tensor);
        bytes += (tensor.data as Float32Array).byteLength;
      }
      return { cross: { frames, tensors: cross }, state: { frames, tensors: state, bytes } };
    },
  };
}

function emptyState({ encoderLayers, heads, headSize, width }: ModelGeometry): EncoderState {
  const tensors = new Map<string, Tensor>([
    ['past_hidden', new Tensor('float32', new Float32Array(0), [1, 0, width])],
  ]);
  for (let layer = 0; layer < encoderLayers; layer++) {
    for (const part of ['key', 'value']) {
      tensors.set(
        `past.${layer}.${part}`,
        new Tensor('float16', new Uint16Array(0), [1, heads, 0, headSize]),
      );
    }
  }
  return { frames: 0, tensors, bytes: 0 };
}
