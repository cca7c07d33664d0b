import { decodePcm, type PcmEncoding } from '../audio/pcm.js';
import type { CreateResampler, Resampler } from '../audio/resample.js';
import { requireStreamSampleRate } from '../audio/sample-rate.js';

/** Audio of one channel, of whatever rate, on its way to 16 kHz. */
export interface ResampledInput {
  /** `sampleRate` is that of the audio from here on; without it, the rate stays as it is. */
  push(pcm: Uint8Array, sampleRate?: number): void;
  /** Gives what the filter still holds. */
  flush(): void;
  close(): void;
}

/** How audio comes in. */
interface InputOptions {
  /** The first rate. One that no stream may have throws `sample_rate_out_of_range`, as each later one does. */
  readonly sampleRate: number;
  readonly encoding: PcmEncoding;
}

/** Calls `take` with samples at 16 kHz. */
export function createResampledInput(
  { sampleRate, encoding }: InputOptions,
  createResampler: CreateResampler,
  take: (samples: Float32Array) => void,
): ResampledInput {
  requireStreamSampleRate(sampleRate);
  let inputRate = sampleRate;
  let resampler: Resampler = createResampler(inputRate);

  const flush = () => {
    take(resampler.flush());
  };

  const changeRate = (rate: number) => {
    requireStreamSampleRate(rate);
    flush();
    resampler.close();
    resampler = createResampler(rate);
    inputRate = rate;
  };

  return {
    push(pcm, rate = inputRate) {
      if (rate !== inputRate) changeRate(rate);
      const [samples] = decodePcm(pcm, encoding);
      if (samples) take(resampler.process(samples));
    },
    flush,
    close() {
      resampler.close();
    },
  };
}
