import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAll } from './decoded.js';
import { chunk, writeWave, type WaveFile } from './wave-file.js';

const SAMPLES = Float32Array.from({ length: 8_000 }, (_, i) => 0.5 * Math.sin(i / 7));
const FILE: WaveFile = { tag: 1, bits: 16, sampleRate: 16_000, channels: [SAMPLES] };
const HEADER_BYTES = 44;
const TEXT = chunk('LIST', Buffer.from('INFOISFT\x04\0\0\0Lavf', 'latin1'));
const PICTURE = chunk('id3 ', Buffer.alloc(20_001, 0x55));
const OF_A_MAKER = chunk('Xyz1', Buffer.alloc(5_001, 0x55));

async function heard(
  bytes: Buffer,
): Promise<{ samples: number; difference: number; damage: string | undefined }> {
  const { samples, damage } = await decodeAll(bytes);
  const difference = samples.reduce(
    (most, sample, i) => Math.max(most, Math.abs(sample - (SAMPLES[i % SAMPLES.length] ?? 0))),
    0,
  );
  return { samples: samples.length, difference, damage };
}

function withDataSize(size: number, behind: readonly Buffer[] = []): Buffer {
  return Buffer.concat([writeWave({ ...FILE, dataSize: size }), ...behind]);
}

describe('a WAVE file is heard to its end', () => {
  it('whatever smaller size its header gives, and whatever chunks stand behind the samples', async () => {
    const sizes = fc.oneof(
      fc.nat({ max: SAMPLES.length * 2 }),
      fc.constantFrom(0, SAMPLES.length * 2 - 1, 0x7ffff000, 0xffffffff),
    );
    const chunks = fc.subarray([TEXT, PICTURE, OF_A_MAKER]);
    await fc.assert(
      fc.asyncProperty(sizes, chunks, async (size, behind) => {
        const { samples, difference, damage } = await heard(withDataSize(size, behind));
        expect({ samples, damage }).toEqual({ samples: SAMPLES.length, damage: undefined });
        expect(difference).toBeLessThan(1e-4);
      }),
    );
  });

  it('with all files that stand in a row in it, whatever their sizes', async () => {
    const sizes = fc.array(fc.constantFrom(0, 2_000, SAMPLES.length * 2, 0xffffffff), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (all) => {
        const bytes = Buffer.concat(all.map((size) => withDataSize(size, [TEXT])));
        expect(await heard(bytes)).toMatchObject({ samples: all.length * SAMPLES.length, damage: undefined });
      }),
      { numRuns: 20 },
    );
  });

  it('with all of its data, which may stand in several chunks', async () => {
    const whole = writeWave(FILE);
    const [first, second] = [whole.subarray(HEADER_BYTES, 6_044), whole.subarray(6_044)];
    const bytes = Buffer.concat([
      whole.subarray(0, HEADER_BYTES - 8),
      chunk('data', first),
      TEXT,
      chunk('data', second),
      PICTURE,
    ]);
    expect(await heard(bytes)).toMatchObject({ samples: SAMPLES.length, damage: undefined });
  });

  it('also in the 64-bit variants', async () => {
    const bytes = writeWave({ ...FILE, riff: 'RF64', dataSize: 0xffffffff });
    // The length in the chunk of long sizes: the header is written before there are samples.
    bytes.writeBigUInt64LE(2_000n, 28);
    expect(await heard(bytes)).toMatchObject({ samples: SAMPLES.length, damage: undefined });
  });
});

describe('damage of a WAVE file is reported:', () => {
  it('missing samples that the header promises', async () => {
    const { samples, damage } = await heard(withDataSize(SAMPLES.length * 4, [TEXT]));
    expect(samples).toBe(SAMPLES.length);
    expect(damage).toBe('The visit ends after 0.5 of 1.0 s.');
  });

  it('bytes behind a whole file that are no chunk', async () => {
    const bytes = Buffer.concat([withDataSize(SAMPLES.length * 2, [TEXT]), Buffer.alloc(9_000, 0x9d)]);
    expect((await heard(bytes)).damage).toBe(
      'The visit goes on behind its end with bytes that are no recording.',
    );
  });

  it('a file that is cut, and another behind it', async () => {
    const { samples, damage } = await heard(
      Buffer.concat([writeWave(FILE).subarray(0, 8_044), writeWave(FILE)]),
    );
    expect(samples).toBe(12_000);
    expect(damage).toBe('The visit ends after 0.3 of 0.5 s.');
  });
});
