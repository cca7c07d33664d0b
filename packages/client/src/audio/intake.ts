import { createResampler } from './resampler.js';

/** How loud a channel is, from 0 to 1. */
export interface Level {
  readonly rms: number;
  readonly peak: number;
}

/** Converts the audio of a source into what is sent: 16 kHz, 16 bits, channels interleaved. */
export interface Intake {
  /** Takes samples of each channel, equally many, within ±1. */
  readonly push: (channels: readonly Float32Array[]) => void;
  /** Gives out what the resampler still holds. */
  readonly flush: () => void;
  readonly mute: (muted: boolean) => void;
}

/** `onSamples` gets what is to be sent, `onLevel` how loud it was, unless it is muted. */
export function createIntake(
  sampleRate: number,
  channelCount: number,
  onSamples: (interleaved: Int16Array) => void,
  onLevel: (levels: readonly Level[]) => void,
): Intake {
  const resamplers = Array.from({ length: channelCount }, () => createResampler(sampleRate));
  let isMuted = false;

  const give = (channels: readonly Float32Array[]): void => {
    const samples = interleaved(channels);
    if (samples.length > 0) onSamples(samples);
  };
  return {
    push: (channels) => {
      const heard = isMuted ? channels.map(({ length }) => new Float32Array(length)) : channels;
      if (!isMuted) onLevel(channels.map(levelOf));
      give(resamplers.map((resampler, index) => resampler.push(heard[index] ?? new Float32Array())));
    },
    flush: () => {
      give(resamplers.map((resampler) => resampler.flush()));
    },
    mute: (muted) => {
      if (muted && !isMuted) onLevel(silentLevels(channelCount));
      isMuted = muted;
    },
  };
}

/** The levels of silence. */
export function silentLevels(channelCount: number): readonly Level[] {
  return Array.from({ length: channelCount }, () => ({ rms: 0, peak: 0 }));
}

function levelOf(samples: Float32Array): Level {
  let peak = 0;
  let energy = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    energy += sample * sample;
  }
  return { rms: Math.min(1, Math.sqrt(energy / Math.max(1, samples.length))), peak: Math.min(1, peak) };
}

function interleaved(channels: readonly Float32Array[]): Int16Array {
  const result = new Int16Array((channels[0]?.length ?? 0) * channels.length);
  channels.forEach((samples, channel) => {
    samples.forEach((sample, index) => {
      const value = Math.round(sample * 32_768);
      result[index * channels.length + channel] = Math.max(-32_768, Math.min(32_767, value));
    });
  });
  return result;
}
