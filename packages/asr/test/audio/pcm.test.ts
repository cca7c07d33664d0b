import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesPerSample, decodePcm, encodePcm } from '../../src/audio/pcm.js';

describe('PCM', () => {
  it('reads 16-bit samples of each channel at any alignment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: -32_768, max: 32_767 })),
        fc.nat({ max: 7 }),
        (channels, samples, offset) => {
          const whole = samples.slice(0, samples.length - (samples.length % channels));
          const bytes = placeAt(offset, new Uint8Array(Int16Array.from(whole).buffer));
          const decoded = decodePcm(bytes, 's16le', channels);
          expect(decoded).toHaveLength(channels);
          for (const [channel, signal] of decoded.entries()) {
            expect([...signal]).toEqual(
              whole.filter((_, i) => i % channels === channel).map((v) => v / 32_768),
            );
          }
        },
      ),
    );
  });

  it('reads floats, clips loud ones and replaces NaN by silence', () => {
    const samples = [0.25, -1.5, 7, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    const bytes = placeAt(3, new Uint8Array(Float32Array.from(samples).buffer));
    expect(decodePcm(bytes, 'f32le')).toEqual([Float32Array.of(0.25, -1, 1, 0, 0, 0, -1)]);
  });

  it('writes 16-bit samples that it reads as they were, and clips loud ones', () => {
    const samples = Float32Array.of(0, 0.25, -0.5, -1, 7, -7);
    const [decoded] = decodePcm(encodePcm(samples), 's16le');
    expect(decoded).toEqual(Float32Array.of(0, 0.25, -0.5, -1, 32_767 / 32_768, -1));
  });

  it('copies the bytes that it reads', () => {
    const bytes = new Uint8Array(Float32Array.of(0.5, 0.5).buffer);
    const [decoded] = decodePcm(bytes, 'f32le');
    bytes.fill(0);
    expect(decoded).toEqual(Float32Array.of(0.5, 0.5));
  });

  it.each([
    ['s16le', 1, 3],
    ['s16le', 2, 6],
    ['f32le', 1, 6],
  ] as const)('refuses a cut frame of %s with %i channels', (encoding, channels, length) => {
    expect(() => decodePcm(new Uint8Array(length), encoding, channels)).toThrow(
      expect.objectContaining({
        code: 'unsupported_audio',
        remedy: `Send a multiple of ${bytesPerSample(encoding) * channels} bytes.`,
      }),
    );
  });
});

function placeAt(offset: number, bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(offset + bytes.length);
  buffer.set(bytes, offset);
  return buffer.subarray(offset);
}

// The values of ITU-T G.711, tables 1a and 2a, which have 13 and 14 bits.
it.each([
  ['alaw', [0x55, 0xd5, 0x2a, 0xaa, 0x80], [-8, 8, -32_256, 32_256, 5_504]],
  ['mulaw', [0x00, 0x80, 0x7f, 0xff, 0x8f], [-32_124, 32_124, 0, 0, 16_764]],
] as const)('%s is expanded by its table', (encoding, bytes, samples) => {
  expect(bytesPerSample(encoding)).toBe(1);
  const [decoded = new Float32Array(0)] = decodePcm(Uint8Array.from(bytes), encoding);
  expect(Array.from(decoded, (sample) => Math.round(sample * 32_768) + 0)).toEqual([...samples]);
});

it('two channels of bytes are taken apart', () => {
  const [left, right] = decodePcm(Uint8Array.from([0x80, 0x00, 0xff, 0x7f]), 'mulaw', 2);
  expect(Array.from(left ?? [], Math.sign)).toEqual([1, 0]);
  expect(right?.[0]).toBeLessThan(-0.98);
});
