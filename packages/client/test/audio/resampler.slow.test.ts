import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createResampler } from '../../src/audio/resampler.js';

const RATES = [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

describe('the resampler', () => {
  test.each(RATES.filter((rate) => rate > 16_000))('keeps tones up to 7 kHz from %i Hz', (rate) => {
    for (const hertz of [20, 100, 1000, 3000, 5000, 6500, 7000]) {
      const decibels = levelOf(resample(rate, tone(rate, hertz, 1)));
      expect(Math.abs(decibels), `${hertz} Hz`).toBeLessThan(0.5);
    }
  });

  test.each(RATES.filter((rate) => rate > 16_000))('lets nothing above 8 kHz alias from %i Hz', (rate) => {
    const nyquist = rate / 2;
    for (const hertz of [8000, 8200, 9000, 10_000, 12_000, 15_000, 16_000, 20_000, 31_000, 47_000, 80_000]) {
      if (hertz < nyquist)
        expect(levelOf(resample(rate, tone(rate, hertz, 1))), `${hertz} Hz`).toBeLessThan(-80);
    }
  });

  test.each([8000, 11_025])('invents nothing above what %i Hz can hold', (rate) => {
    const hertz = 3000;
    const output = middle(resample(rate, tone(rate, hertz, 1)));
    const expected = middle(tone(16_000, hertz, 1));
    const worst = Math.max(...output.map((sample, index) => Math.abs(sample - (expected[index] ?? 0))));
    expect(20 * Math.log10(worst)).toBeLessThan(-80);
  });

  test('keeps a tone of 44.1 kHz exactly at its time', () => {
    const output = middle(resample(44_100, tone(44_100, 440, 1)));
    const expected = middle(tone(16_000, 440, 1));
    const worst = Math.max(...output.map((sample, index) => Math.abs(sample - (expected[index] ?? 0))));
    expect(20 * Math.log10(worst)).toBeLessThan(-80);
  });

  test('gives the number of samples that fits the time, however the input is cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...RATES), fc.integer({ min: 8000, max: 192_000 })),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 }),
        (rate, cuts) => {
          const input = tone(rate, 700, cuts.reduce((sum, cut) => sum + cut, 0) / rate);
          const resampler = createResampler(rate);
          let at = 0;
          const pieces = cuts.map((cut) => resampler.push(input.subarray(at, (at += cut))));
          const output = [...pieces, resampler.flush()].flatMap((piece) => [...piece]);
          expect(output).toHaveLength(Math.ceil((input.length * 16_000) / rate));
          expect(output).toEqual([...resample(rate, input)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('does not drift in ten minutes of 44.1 kHz', () => {
    const resampler = createResampler(44_100);
    const minute = new Float32Array(44_100 * 60);
    let count = 0;
    for (let minutes = 0; minutes < 10; minutes++) count += resampler.push(minute).length;
    expect(count + resampler.flush().length).toBe(600 * 16_000);
  });

  test('leaves 16 kHz unchanged', () => {
    const input = tone(16_000, 7900, 0.1);
    expect(resample(16_000, input)).toEqual(input);
  });
});

function tone(rate: number, hertz: number, seconds: number): Float32Array {
  const length = Math.round(rate * seconds);
  return Float32Array.from({ length }, (_, at) => Math.sin((2 * Math.PI * hertz * at) / rate));
}

function resample(rate: number, input: Float32Array): Float32Array {
  const resampler = createResampler(rate);
  const pieces = [resampler.push(input), resampler.flush()];
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Without the ends, where the tone begins and breaks off. */
function middle(samples: Float32Array): Float32Array {
  return samples.subarray(1600, -1600);
}

/** How loud it is against a full tone, decibels. */
function levelOf(samples: Float32Array): number {
  const heard = middle(samples);
  const power = heard.reduce((sum, sample) => sum + sample * sample, 0) / heard.length;
  return 10 * Math.log10(2 * power + 1e-30);
}
