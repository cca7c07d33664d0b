import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CreateResampler, loadResampling } from '../../src/audio/resample.js';

const RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 47_999, 8_001];

describe('resampling to 16 kHz', () => {
  let create: CreateResampler;
  beforeAll(async () => {
    create = await loadResampling();
  });

  const resample = (input: Float32Array, rate: number): Float32Array => {
    const resampler = create(rate);
    const output = join([resampler.process(input), resampler.flush()]);
    resampler.close();
    return output;
  };

  it.each(RATES)('passes 1 kHz at %i Hz within 0.1 dB', (rate) => {
    const output = middle(resample(tone(1_000, rate, 1), rate));
    expect(Math.abs(decibels(power(output) / 0.5))).toBeLessThan(0.1);
  });

  it.each([24_000, 32_000, 44_100, 48_000, 47_999])('keeps 10 kHz at %i Hz from folding back', (rate) => {
    const output = middle(resample(tone(10_000, rate, 1), rate));
    expect(decibels(power(output) / 0.5)).toBeLessThan(-60);
  });

  it.each([8_000, 11_025])('adds no images above the band of %i Hz', (rate) => {
    const input = tone(rate / 2 - 1_000, rate, 1);
    const output = middle(resample(input, rate));
    const expected = middle(tone(rate / 2 - 1_000, 16_000, 1));
    const error = output.map((sample, i) => sample - (expected[i] ?? 0));
    expect(decibels(power(error) / 0.5)).toBeLessThan(-40);
  });

  it.each(RATES)('puts a click at %i Hz where it was, to the sample', (rate) => {
    const click = new Float32Array(rate);
    const at = Math.round(0.37 * rate);
    click[at] = 1;
    const output = resample(click, rate);
    const loudest = output.reduce(
      (best, sample, i) => (Math.abs(sample) > Math.abs(output[best] ?? 0) ? i : best),
      0,
    );
    expect(Math.abs(loudest - (at * 16_000) / rate)).toBeLessThanOrEqual(0.5);
  });

  it('gives the same samples however the input is cut', () => {
    const cutting = fc.record({
      rate: fc.oneof(fc.constantFrom(...RATES), fc.integer({ min: 8_000, max: 48_000 })),
      sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 9_000 })), {
        maxLength: 30,
      }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(cutting, ({ rate, sizes, seed }) => {
        const input = noise(
          sizes.reduce((sum, size) => sum + size, 0),
          seed,
        );
        const resampler = create(rate);
        const pieces: Float32Array[] = [];
        let start = 0;
        for (const size of sizes) {
          pieces.push(resampler.process(input.slice(start, start + size)).slice());
          start += size;
        }
        pieces.push(resampler.flush());
        resampler.close();
        expect(join(pieces)).toEqual(resample(input, rate));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps its clock through any number of flushes', () => {
    const turns = fc.record({
      rate: fc.integer({ min: 8_000, max: 48_000 }),
      sizes: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 }),
    });
    fc.assert(
      fc.property(turns, ({ rate, sizes }) => {
        const resampler = create(rate);
        let received = 0;
        let emitted = 0;
        for (const size of sizes) {
          emitted += resampler.process(noise(size, size)).length;
          emitted += resampler.flush().length;
          received += size;
          expect(emitted).toBe(rate === 16_000 ? received : Math.ceil((received * 16_000) / rate));
        }
        resampler.close();
      }),
      { numRuns: 50 },
    );
  });

  it.each([8_000, 11_025])('does not drift within an hour at %i Hz', (rate) => {
    const resampler = create(rate);
    const second = new Float32Array(rate + 1);
    let received = 0;
    let emitted = 0;
    while (received < 3_600 * rate) {
      received += second.length;
      emitted += resampler.process(second).length;
      // The samples that the filter still looks ahead for: 5 ms of output at most.
      const held = (received * 16_000) / rate - emitted;
      expect(held).toBeGreaterThanOrEqual(0);
      expect(held).toBeLessThanOrEqual(80);
    }
    emitted += resampler.flush().length;
    expect(emitted).toBe(Math.ceil((received * 16_000) / rate));
    resampler.close();
  });

  it('hands 16 kHz audio through without copying it', () => {
    const chunk = noise(160, 1);
    expect(create(16_000).process(chunk)).toBe(chunk);
  });

  it('keeps streams apart', () => {
    const [a, b] = [create(48_000), create(48_000)];
    const input = noise(4_800, 7);
    const first = a.process(input.slice(0, 2_400));
    b.process(noise(4_800, 8));
    const second = a.process(input.slice(2_400));
    expect(join([first, second, a.flush()])).toEqual(resample(input, 48_000));
    a.close();
    b.close();
  });

  it('gives back the memory of closed resamplers', () => {
    for (let i = 0; i < 20_000; i++) create(44_100).close();
    const last = create(44_100);
    expect(last.process(noise(4_410, 1)).length).toBeGreaterThan(1_500);
    last.close();
    last.close();
  });

  it.each([0, -16_000, 44_100.5, Number.NaN, 1_000_000])('refuses a rate of %d Hz', (rate) => {
    expect(() => create(rate)).toThrow(expect.objectContaining({ code: 'sample_rate_out_of_range' }));
  });
});

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
}

function noise(length: number, seed: number): Float32Array {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The part that neither end of the signal reaches through the filter. */
function middle(signal: Float32Array): Float32Array {
  return signal.subarray(2_000, 14_000);
}

function power(signal: Float32Array): number {
  return signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length;
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}

function join(pieces: readonly Float32Array[]): Float32Array {
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}
