import { createDecoderBatch } from '../decoding/decoder-batch.js';
import { createStreamEncoder } from '../decoding/stream-encoder.js';
import type { PreparedModel } from './job-engine.js';

/** One second, 16 kHz. */
const SAMPLES = 16_000;

/**
 * Runs every graph once, as prefill, as step and with two rows, so that the first utterance does not wait for
 * kernels to be chosen and memory to be had. Throws what the runtime throws for graphs that do not run.
 */
export async function warmUp({ encoder, decoder, geometry }: PreparedModel): Promise<void> {
  const { cross } = await createStreamEncoder(encoder, geometry).encode(new Float32Array(SAMPLES));
  const batch = createDecoderBatch(decoder, geometry);
  for (const row of [0, 1]) {
    await batch.join(row, cross, geometry.startTokens);
    await batch.step();
  }
}
