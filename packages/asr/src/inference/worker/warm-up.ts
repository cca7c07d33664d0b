import { createDecoderBatch } from '../../decoding/decoder-batch.js';
import { plainRequest, type SpeechModel } from '../../decoding/speech-model.js';

/** One second, 16 kHz. */
const SAMPLES = 16_000;

/**
 * Runs every graph once, as prefill, as step and with two rows, so that the first utterance does not wait while kernels
 * are chosen and memory is allocated. Throws the error of the runtime if a graph does not run.
 */
export async function warmUp(model: SpeechModel): Promise<void> {
  const { cross } = await model.encoder.encode(new Float32Array(SAMPLES));
  const batch = createDecoderBatch(model.decoder, model.geometry);
  for (const row of [0, 1]) {
    batch.join([row], await batch.prefill(cross, model.prompt(plainRequest, 'en', [])));
    await batch.step(new Map(Array.from({ length: row + 1 }, (_, from) => [from, { token: 0, from }])));
  }
}
