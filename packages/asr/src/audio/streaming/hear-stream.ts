import type { DecodedBlock } from '../containers/container.js';
import { brokenContainer } from '../containers/unreadable.js';
import { createMixToMono } from '../mix-to-mono.js';
import type { CreateResampler, Resampler } from '../resample.js';
import { requireStreamSampleRate } from '../sample-rate.js';

/** How many channels are heard: all of them mixed, or two by themselves. */
export type HeardChannels = 1 | 2;

/**
 * Turns decoded blocks into what is heard, at 16 kHz: an array for each channel that is wanted, equally long. The last
 * milliseconds wait for what follows. Throws `container_broken` if two channels are wanted of something else.
 */
export async function* hearStream(
  name: string,
  blocks: AsyncIterable<DecodedBlock>,
  wanted: HeardChannels,
  createResampler: CreateResampler,
): AsyncGenerator<readonly Float32Array[], void> {
  const mixToMono = createMixToMono();
  let resamplers: readonly Resampler[] = [];
  let rate = 0;
  try {
    for await (const { channels, sampleRate } of blocks) {
      if (wanted === 2 && channels.length !== 2)
        throw brokenContainer(
          name,
          `has ${channels.length} channels, of which two are to be heard by themselves`,
        );
      if (sampleRate !== rate) {
        requireStreamSampleRate(sampleRate);
        if (rate !== 0) yield resamplers.map((resampler) => resampler.flush());
        for (const resampler of resamplers) resampler.close();
        resamplers = Array.from({ length: wanted }, () => createResampler(sampleRate));
        rate = sampleRate;
      }
      for (const samples of channels) silenceWhatIsNoSound(samples);
      const heard = wanted === 2 ? channels : [mixToMono(channels, sampleRate)];
      yield resamplers.map((resampler, index) => resampler.process(heard[index] ?? new Float32Array(0)));
    }
    yield resamplers.map((resampler) => resampler.flush());
  } finally {
    for (const resampler of resamplers) resampler.close();
  }
}

function silenceWhatIsNoSound(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    // Not by `!(sample > 1)` alone: floats in containers need not be numbers.
    samples[i] = Number.isFinite(sample) ? Math.max(-1, Math.min(1, sample)) : 0;
  }
}
