import { SpeechError } from '../speech-error.js';
import { type DecodedBlock, MOST_CHANNELS } from './containers/container.js';
import { requireInputRate } from './resample.js';

type Blocks = AsyncGenerator<DecodedBlock, string | undefined>;

/**
 * Passes on blocks that can be mixed and resampled: at an accepted rate, with channels of equal length and samples
 * that are numbers, and at most `maxSeconds` in all. The blocks count and not the header, since they take memory and
 * time. Throws `sample_rate_out_of_range`, `unsupported_audio`, and `recording_too_long` as soon as there is too much.
 */
export async function* checkBlocks(
  name: string,
  blocks: Blocks,
  maxSeconds = Number.POSITIVE_INFINITY,
): Blocks {
  let seconds = 0;
  try {
    for (;;) {
      const next = await blocks.next();
      if (next.done === true) return next.value;
      const { channels, sampleRate } = next.value;
      requireInputRate(sampleRate);
      const length = channels[0]?.length ?? 0;
      if (channels.length > MOST_TRACK_CHANNELS || channels.some((samples) => samples.length !== length))
        throw new SpeechError(
          'unsupported_audio',
          `${name} has more channels of sound than can be heard.`,
          'Export the channels that people speak on.',
        );
      seconds += length / sampleRate;
      if (seconds > maxSeconds)
        throw new SpeechError(
          'recording_too_long',
          `${name} is longer than ${maxSeconds / 60} minutes.`,
          'Cut it into parts.',
        );
      for (const samples of channels) silenceWhatIsNoSound(samples);
      yield next.value;
    }
  } finally {
    await blocks.return(undefined);
  }
}

/** The most channels of all tracks together: those of eight tracks. */
const MOST_TRACK_CHANNELS = 8 * MOST_CHANNELS;

/** Samples above this are no sound, and their sums may overflow. Full scale is 1. */
const LOUDEST = 1e6;

function silenceWhatIsNoSound(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) {
    // Also true of NaN.
    if (!(Math.abs(samples[i] ?? 0) <= LOUDEST)) samples[i] = 0;
  }
}
