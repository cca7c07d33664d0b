/** Mixes the channels of one recording, block by block, and remembers which of them are inverted. */
export type MixToMono = (channels: readonly Float32Array[], sampleRate: number) => Float32Array;

/**
 * Makes a mixer that takes equal parts of all channels, and inverts a channel that is the opposite of those before
 * it: a balanced line with its wires swapped, or a microphone turned around, would otherwise cancel all speech.
 * Channels that have little in common are added as they are. Whether to invert is judged by half a second of audio
 * and done within 20 ms. Holds a few numbers per channel.
 */
export function createMixToMono(): MixToMono {
  let likenesses: readonly Likeness[] = [];
  return (channels, sampleRate) => {
    const [first = new Float32Array(0), ...others] = channels;
    if (others.length === 0) return first;
    if (likenesses.length !== others.length) likenesses = others.map(() => createLikeness());
    const mixed = first.slice();
    others.forEach((channel, index) => {
      likenesses[index]?.add(mixed, channel, sampleRate);
    });
    for (let i = 0; i < mixed.length; i++) mixed[i] = (mixed[i] ?? 0) / channels.length;
    return mixed;
  };
}

/** How a channel is correlated with the sum of those before it. */
interface Likeness {
  /** Adds the channel to the sum, inverted if it is the opposite of it. */
  readonly add: (sum: Float32Array, channel: Float32Array, sampleRate: number) => void;
}

/**
 * How long audio counts in the judgement, seconds: about a word, so that no channel is inverted back and forth within
 * one.
 */
const MEMORY_SECONDS = 0.5;

/** How long inverting takes, seconds: slow enough not to click, fast enough to lose no speech. */
const TURNING_SECONDS = 0.02;

/** Correlations at which a channel is inverted, and restored. Independent microphones stay between them. */
const OPPOSITE_BELOW = -0.3;
const ALIKE_ABOVE = 0.1;

function createLikeness(): Likeness {
  let product = 0;
  let powerOfSum = 0;
  let powerOfChannel = 0;
  let isTurned = false;
  /** The present factor of the channel, -1 to 1; undefined before the first sound. */
  let factor: number | undefined;

  const listen = (sum: Float32Array, channel: Float32Array, sampleRate: number): void => {
    const kept = Math.exp(-channel.length / (MEMORY_SECONDS * sampleRate));
    [product, powerOfSum, powerOfChannel] = [product * kept, powerOfSum * kept, powerOfChannel * kept];
    for (let i = 1; i < channel.length; i++) {
      // Differences of samples give weight to speech, and not to the hum that both lines share.
      const a = (sum[i] ?? 0) - (sum[i - 1] ?? 0);
      const b = (channel[i] ?? 0) - (channel[i - 1] ?? 0);
      product += a * b;
      powerOfSum += a * a;
      powerOfChannel += b * b;
    }
    const power = Math.sqrt(powerOfSum * powerOfChannel);
    const correlation = power > 0 ? product / power : 0;
    if (correlation < OPPOSITE_BELOW) isTurned = true;
    else if (correlation > ALIKE_ABOVE) isTurned = false;
  };

  return {
    add(sum, channel, sampleRate) {
      listen(sum, channel, sampleRate);
      const target = isTurned ? -1 : 1;
      const step = 2 / (TURNING_SECONDS * sampleRate);
      factor ??= target;
      for (let i = 0; i < sum.length; i++) {
        if (factor !== target) factor += Math.max(-step, Math.min(step, target - factor));
        sum[i] = (sum[i] ?? 0) + factor * (channel[i] ?? 0);
      }
    },
  };
}
