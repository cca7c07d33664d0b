import { Tensor, type InferenceSession } from '@auscult/onnxruntime';
import { SAMPLE_RATE } from '../../audio/sample-rate.js';
import type { CrossAttention, StreamEncoder } from '../../decoding/stream-encoder.js';
import { createLogMel, HOP_SAMPLES } from './log-mel.js';
import type { WhisperShape } from './whisper-shape.js';

/**
 * Silence after the audio, seconds. The prepared graph adds the end of a silent 30 s window, which the decoder looks
 * for; the last frames of the audio itself need silence after them to hear that the speech is over.
 */
const SILENCE_BEHIND = 1;

/** Makes an encoder from Whisper's prepared graph. If audio is longer than its window, only the beginning is encoded. */
export function createWhisperEncoder(session: InferenceSession, shape: WhisperShape): StreamEncoder {
  const hear = hearing(session, shape);
  const longest = windowSamples(shape);
  return {
    async encode(audio) {
      const length = Math.min(longest, audio.length + SILENCE_BEHIND * SAMPLE_RATE);
      const samples = new Float32Array(length - (length % (2 * HOP_SAMPLES)));
      samples.set(audio.subarray(0, samples.length));
      return { cross: await hear(samples) };
    },
  };
}

/** The outputs, for a whole window of silence, of an encoder graph that has no silent ending. */
export function encodeSilence(session: InferenceSession, shape: WhisperShape): Promise<CrossAttention> {
  return hearing(session, shape)(new Float32Array(windowSamples(shape)));
}

function hearing(session: InferenceSession, { bins }: WhisperShape) {
  const frontEnd = createLogMel(bins);
  return async (samples: Float32Array): Promise<CrossAttention> => {
    const features = frontEnd.features(samples);
    const outputs = await session.run({
      features: new Tensor('float32', features, [1, bins, features.length / bins]),
    });
    const tensors = new Map(Object.entries(outputs));
    return { frames: tensors.get('cross.0.value')?.dims[2] ?? 0, tensors };
  };
}

function windowSamples({ positions }: WhisperShape): number {
  return positions * 2 * HOP_SAMPLES;
}
