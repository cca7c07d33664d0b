import { describe, expect, it } from 'vitest';
import { createMixToMono } from '../../src/audio/mix-to-mono.js';

const RATE = 16_000;
const BLOCK = 1_600;

describe('channels', () => {
  const voice = noise(3 * RATE, 1);
  const other = noise(3 * RATE, 2);

  it('of opposite phase do not cancel', () => {
    for (const level of [1, 0.4]) {
      const mixed = mix([voice, voice.map((sample) => -level * sample)]);
      expect(powerOf(mixed)).toBeCloseTo(powerOf(voice) * ((1 + level) / 2) ** 2, 3);
    }
  });

  it('of opposite phase are recognised below a hum that they share', () => {
    const hum = Float32Array.from(voice, (_, i) => 2 * Math.sin((2 * Math.PI * 50 * i) / RATE));
    const mixed = mix([
      added(voice, hum),
      added(
        voice.map((sample) => -sample),
        hum,
      ),
    ]);
    expect(correlation(mixed, voice)).toBeGreaterThan(0.9);
  });

  it('that have nothing in common, or are alike, are added in equal parts', () => {
    for (const right of [other, voice, added(voice, other), new Float32Array(voice.length)]) {
      const expected = voice.map((sample, i) => (sample + (right[i] ?? 0)) / 2);
      expect(largestDifference(mix([voice, right]), expected)).toBeLessThan(1e-6);
    }
  });

  it('are inverted without a click where the phase changes in the middle', () => {
    const tone = Float32Array.from(voice, (_, i) => 0.5 * Math.sin((2 * Math.PI * 200 * i) / RATE));
    const changed = tone.map((sample, i) => (i < RATE ? sample : -sample));
    const mixed = mix([tone, changed]);
    const steepest = tone.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - (tone[i - 1] ?? 0))),
      0,
    );
    // The change itself is a step of the input.
    const steps = mixed.map((sample, i) =>
      i === 0 || i === RATE ? 0 : Math.abs(sample - (mixed[i - 1] ?? 0)),
    );
    expect(Math.max(...steps)).toBeLessThan(2 * steepest);
    expect(powerOf(mixed.subarray(2.5 * RATE))).toBeCloseTo(powerOf(tone.subarray(2.5 * RATE)), 3);
  });
});

function mix(channels: readonly Float32Array[]): Float32Array {
  const mixToMono = createMixToMono();
  const [first = new Float32Array(0)] = channels;
  const mixed = new Float32Array(first.length);
  for (let at = 0; at < first.length; at += BLOCK) {
    mixed.set(
      mixToMono(
        channels.map((samples) => samples.subarray(at, at + BLOCK)),
        RATE,
      ),
      at,
    );
  }
  return mixed;
}

function noise(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32 - 0.5) / 2;
  });
}

function added(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((sample, i) => sample + (b[i] ?? 0));
}

function powerOf(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, sample, i) => sum + sample * (b[i] ?? 0), 0) / a.length;
  const withoutHum = Math.sqrt(powerOf(b) * powerOf(b));
  return product / withoutHum;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (b[i] ?? 0))), 0);
}
