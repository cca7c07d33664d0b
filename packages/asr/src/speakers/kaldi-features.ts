import { melPower, type MelFilter } from '../audio/mel-filters.js';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createPowerSpectrum } from './power-spectrum.js';
import type { VoiceFeatures } from './voice-features.js';

/**
 * What CAM++ hears of a window: 80 logarithms of mel powers, 25 ms every 10 ms, less their mean over the window, as Kaldi
 * computes them (https://kaldi-asr.org) without dither. If there are fewer than 30 frames, all are repeated.
 */
export function createKaldiFeatures(): VoiceFeatures {
  const { frame, power, transform } = createPowerSpectrum(FFT_SAMPLES);
  return {
    values: BINS,
    framesOf(samples) {
      const frames = ownFrames(samples);
      return frames * Math.max(1, Math.ceil(LEAST_FRAMES / frames));
    },
    write(audio, target) {
      const frames = ownFrames(audio.length);
      for (let at = 0; at < frames; at++) {
        cutFrame(audio, at * HOP_SAMPLES, frame);
        transform();
        writeFrame(power, target, at * BINS);
      }
      const own = frames * BINS;
      takeMeanOff(target.subarray(0, own));
      for (let at = own; at < target.length; at++) target[at] = target[at - own] as number;
    },
  };
}

const BINS = 80;
const FRAME_SAMPLES = 400;
const HOP_SAMPLES = 160;
const FFT_SAMPLES = 512;
const LEAST_FRAMES = 30;

/** Frames that lie in a window as a whole; a shorter window has one with silence after it. */
function ownFrames(samples: number): number {
  return 1 + Math.floor(Math.max(0, samples - FRAME_SAMPLES) / HOP_SAMPLES);
}

/** Copies a frame without its mean, with high frequencies raised, and faded at both ends. */
function cutFrame(audio: Float32Array, start: number, target: Float64Array): void {
  target.fill(0);
  let mean = 0;
  for (let i = 0; i < FRAME_SAMPLES; i++) mean += (audio[start + i] ?? 0) / FRAME_SAMPLES;
  let previous = (audio[start] ?? 0) - mean;
  for (let i = 0; i < FRAME_SAMPLES; i++) {
    const sample = (audio[start + i] ?? 0) - mean;
    target[i] = (sample - PRE_EMPHASIS * previous) * (POVEY_WINDOW[i] as number);
    previous = sample;
  }
}

function writeFrame(power: Float64Array, target: Float32Array, at: number): void {
  for (const [bin, filter] of FILTERS.entries())
    target[at + bin] = Math.log(Math.max(LOWEST_POWER, melPower(filter, power)));
}

function takeMeanOff(values: Float32Array): void {
  const frames = values.length / BINS;
  for (let bin = 0; bin < BINS; bin++) {
    let mean = 0;
    for (let at = bin; at < values.length; at += BINS) mean += (values[at] as number) / frames;
    for (let at = bin; at < values.length; at += BINS) values[at] = (values[at] as number) - mean;
  }
}

const PRE_EMPHASIS = 0.97;

/** The smallest number that Kaldi takes a logarithm of. */
const LOWEST_POWER = 1.19e-7;

const POVEY_WINDOW = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, sample) => (0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / (FRAME_SAMPLES - 1))) ** 0.85,
);

/** Triangles on Kaldi's mel scale, on which their sides are straight, from 20 Hz to half the sample rate. */
const FILTERS = createFilters();

function createFilters(): readonly MelFilter[] {
  const [lowest, highest] = [melOf(20), melOf(SAMPLE_RATE / 2)];
  const step = (highest - lowest) / (BINS + 1);
  const mels = Array.from({ length: FFT_SAMPLES / 2 + 1 }, (_, bin) =>
    melOf((bin * SAMPLE_RATE) / FFT_SAMPLES),
  );
  return Array.from({ length: BINS }, (_, filter) => {
    const low = lowest + filter * step;
    const heights = mels.map((mel) => Math.min((mel - low) / step, (low + 2 * step - mel) / step));
    const firstBin = heights.findIndex((height) => height > 0);
    const end = heights.findLastIndex((height) => height > 0) + 1;
    return {
      firstBin: Math.max(0, firstBin),
      weights: Float64Array.from(heights.slice(Math.max(0, firstBin), end)),
    };
  });
}

function melOf(hertz: number): number {
  return 1_127 * Math.log1p(hertz / 700);
}
