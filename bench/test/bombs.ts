import { createDecoderPool, SAMPLE_RATE, type DecoderPool } from '@auscult/asr';
import { afterAll, expect, it } from 'vitest';
import type { Bomb } from '../src/bombs/bombs.js';

const MAX_SECONDS = 5;
/** Tests that each of these bombs ends within its limits. */
export function testBombs(chosen: readonly Bomb[]): void {
  const pool = createDecoderPool({ looks: 2, reads: 2 });
  afterAll(() => {
    pool.close();
  });

  it.each(chosen)(
    'a bomb of $container, $name, ends within its limits and with an error code',
    async (bomb) => {
      const before = process.memoryUsage().arrayBuffers;
      const { seconds, code } = await decode(pool, bomb);
      expect(seconds).toBeLessThanOrEqual(MAX_SECONDS);
      expect([
        'none',
        'recording_too_long',
        'unreadable_audio',
        'unsupported_audio',
        'sample_rate_out_of_range',
        'decoding_too_costly',
      ]).toContain(code);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32e6);
      expect(pool.status()).toEqual({ running: 0, waiting: 0 });
    },
    120_000,
  );
}

function stored(bytes: Buffer) {
  return {
    size: bytes.length,
    read: async function* (start: number, end: number): AsyncGenerator<Uint8Array, void> {
      yield await Promise.resolve(bytes.subarray(start, Math.min(end, bytes.length)));
    },
  };
}

/** Samples that came out, and the code of what was said in the end. */
async function decode(
  pool: DecoderPool,
  { build }: Bomb,
): Promise<{ readonly seconds: number; readonly code: string }> {
  let samples = 0;
  try {
    const recording = await pool.open(stored(build()), {
      purpose: 'read',
      maxSeconds: MAX_SECONDS,
      onDamage: () => undefined,
    });
    for await (const block of recording.chunks()) samples += block.length;
    return { seconds: samples / SAMPLE_RATE, code: 'none' };
  } catch (error) {
    return { seconds: samples / SAMPLE_RATE, code: (error as { code: string }).code };
  }
}
