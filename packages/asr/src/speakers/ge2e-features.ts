import { createFrameSpectra, FEATURE_FRAME_SAMPLES, HANN_WINDOW } from '../audio/frame-spectra.js';
import { createMelFilters, melPower } from '../audio/mel-filters.js';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { VoiceFeatures } from './voice-features.js';

/**
 * What GE2E hears of a window: 160 frames of 40 mel powers, 10 ms apart, of the window at -30 dBFS, if it is not louder
 * anyway. A shorter window has silence after it; of a longer one the first 1.6 s are heard. As Resemblyzer computes it
 * (https://github.com/resemble-ai/Resemblyzer).
 */
export function createGe2eFeatures(): VoiceFeatures {
  const spectra = createFrameSpectra();
  return {
    values: BINS,
    framesOf: () => FRAMES,
    write(audio, target) {
      const heard = audio.subarray(0, FRAMES * HOP_SAMPLES);
      const gain = gainOf(heard);
      target.fill(0);
      const frames = Math.min(FRAMES, Math.ceil((heard.length + FEATURE_FRAME_SAMPLES / 2) / HOP_SAMPLES));
      for (let frame = 0; frame < frames; frame += 2) {
        cutFrame(heard, frame, gain, spectra.frames[0]);
        cutFrame(heard, frame + 1, gain, spectra.frames[1]);
        spectra.transform();
        writeFrame(spectra.powers[0], target, frame);
        writeFrame(spectra.powers[1], target, frame + 1);
      }
    },
  };
}

const FRAMES = 160;
const BINS = 40;

/** Samples from one frame to the next: 10 ms. */
const HOP_SAMPLES = 160;

/** Root mean square of the samples that the model is to hear: -30 dBFS. */
const LOUDNESS = 10 ** (-30 / 20);

/** Silence is not made into noise. */
const MOST_GAIN = 50;

/** By how much a window is too quiet, at least 1. */
function gainOf(audio: Float32Array): number {
  let sum = 0;
  for (const sample of audio) sum += sample * sample;
  const loudness = Math.sqrt(sum / Math.max(1, audio.length) + 1e-9);
  return Math.min(MOST_GAIN, Math.max(1, LOUDNESS / loudness));
}

/** Copies the samples around sample 160 · `frame`, with silence beyond the ends of the window. */
function cutFrame(audio: Float32Array, frame: number, gain: number, target: Float64Array): void {
  const start = frame * HOP_SAMPLES - FEATURE_FRAME_SAMPLES / 2;
  const end = Math.min(FEATURE_FRAME_SAMPLES, audio.length - start);
  target.fill(0);
  for (let i = Math.max(0, -start); i < end; i++) {
    target[i] = (audio[start + i] as number) * gain * (HANN_WINDOW[i] as number);
  }
}

function writeFrame(power: Float64Array, target: Float32Array, frame: number): void {
  let at = frame * BINS;
  for (const filter of FILTERS) target[at++] = melPower(filter, power);
}

const FILTERS = createMelFilters(BINS, FEATURE_FRAME_SAMPLES, SAMPLE_RATE);
