import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clipPath } from '../clips/clips.js';
import { startFfmpeg } from '../../src/audio/containers/ffmpeg-process.js';
import { createByteSource } from '../../src/audio/byte-source.js';
import { decodeRecording } from '../../src/audio/decode-recording.js';
import { decodeAll, placesOf, stored } from './decoded.js';
import { leaveFormatToHead } from './flac-from-head.js';
import { writeWave } from './wave-file.js';

const FLAC = 'librivox/sense_and_sensibility_01_austen_64kb-0880.flac';
const RECORDINGS = {
  flac: FLAC,
  mp3: 'containers/speech.mp3',
  opus: 'containers/speech.opus',
  vorbis: 'containers/speech.ogg',
  'flac in ogg': 'containers/speech.oga',
  wav: 'containers/mu-law.wav',
  webm: 'containers/live.webm',
} as const;
type Name = keyof typeof RECORDINGS;

/** The clip, which is a sentence of three seconds. */
const SECONDS = 2.99;

// The decoders report each damaged frame to the console as well.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('all recordings in one file are heard, one behind the other:', () => {
  const pairs: readonly (readonly Name[])[] = [
    ['flac', 'flac'],
    ['opus', 'opus'],
    ['vorbis', 'vorbis'],
    ['flac in ogg', 'flac in ogg'],
    ['opus', 'vorbis', 'flac in ogg'],
    ['mp3', 'mp3'],
    ['flac', 'mp3'],
    ['wav', 'flac'],
    ['wav', 'opus', 'opus'],
    ['webm', 'webm'],
    ['wav', 'webm'],
  ];
  it.each(pairs.map((names) => [names.join(', '), names] as const))('%s', async (_, names) => {
    const bytes = Buffer.concat(await Promise.all(names.map((name) => readFile(clipPath(RECORDINGS[name])))));
    const { samples, damage } = await decodeAll(bytes);
    const places = placesOf(await sentence(), samples);
    expect(damage).toBeUndefined();
    expect(places).toHaveLength(names.length);
    places.forEach((place, index) => {
      // MP3 fills its frames at both ends.
      expect(Math.abs(place - 0.5 - index * SECONDS)).toBeLessThan(0.15);
    });
  });

  it('with tags between them and behind them', async () => {
    const flac = await readFile(clipPath(FLAC));
    const id3 = Buffer.concat([
      Buffer.from('ID3\x04\0\0\0\0\x0f\x20', 'latin1'),
      Buffer.alloc(15 * 128 + 32, 0x41),
    ]);
    const id3v1 = Buffer.concat([Buffer.from('TAG', 'latin1'), Buffer.alloc(125, 0x20)]);
    const { samples, damage } = await decodeAll(Buffer.concat([flac, id3, flac, Buffer.alloc(4_000), id3v1]));
    expect(damage).toBeUndefined();
    expect(placesOf(await sentence(), samples)).toHaveLength(2);
  });

  it('with different sample rates and numbers of channels', async () => {
    const tone = Float32Array.from({ length: 44_100 }, (_, i) => Math.sin(i / 9) / 2);
    const other = writeWave({ tag: 1, bits: 24, sampleRate: 44_100, channels: [tone, tone] });
    const { samples, damage } = await decodeAll(
      Buffer.concat([other, await readFile(clipPath(RECORDINGS.wav)), other]),
    );
    expect(damage).toBeUndefined();
    expect(samples.length / 16_000).toBeCloseTo(2 + SECONDS, 2);
  });
});

it('FLAC frames that take their format from the stream header do not count as damage', async () => {
  const flac = await readFile(clipPath(FLAC));
  const [whole, left] = [await decodeAll(flac), await decodeAll(await leaveFormatToHead(flac))];
  expect(left.damage).toBeUndefined();
  expect(left.samples).toEqual(whole.samples);
});

it('decoding is tried for only a few of a thousand false beginnings of recordings', async () => {
  const bytes = Buffer.from('\x1a\x45\xdf\xa3\x80'.repeat(1_000), 'latin1');
  const blocks = [bytes];
  let started = 0;
  const input = {
    name: 'The visit',
    bytes: createByteSource(() => Promise.resolve(blocks.pop())),
    file: { path: undefined, ...stored(bytes) },
    startFfmpeg: (...asked: Parameters<typeof startFfmpeg>) => {
      started += 1;
      return startFfmpeg(...asked);
    },
  };
  const opening = decodeRecording({ input, close: () => Promise.resolve() }, {});
  await expect(opening).rejects.toMatchObject({ code: 'unreadable_audio' });
  expect(started).toBeLessThanOrEqual(20);
});

describe('damage is reported, and the sound after it is heard at its time:', () => {
  it('overwritten bytes in the middle of FLAC, also where its header gives no length', async () => {
    const flac = await readFile(clipPath(FLAC));
    flac.fill(0x5a, 4_000, 9_000);
    const untold = Buffer.from(flac);
    untold.fill(0, 22, 26);
    untold[21] = (untold[21] ?? 0) & 0xf0;
    for (const bytes of [flac, untold]) {
      const { samples, damage } = await decodeAll(bytes);
      expect(damage).toMatch(/^The visit (gives only|is damaged in)/);
      const end = (await sentence()).subarray(16_000);
      expect(placesOf(end, samples)).toEqual([expect.closeTo(1.5, 1)]);
    }
  });

  it('a missing page of Ogg', async () => {
    const pages = pagesOf(await readFile(clipPath(RECORDINGS.vorbis)));
    const lost = pages.filter((_, index) => index !== 3);
    const { samples, damage } = await decodeAll(Buffer.concat(lost));
    expect(damage).toBe('The visit is damaged in 1 places.');
    expect(samples.length / 16_000).toBeCloseTo(SECONDS, 1);
  });

  it('bytes behind FLAC and Ogg that are no recording', async () => {
    for (const name of ['flac', 'opus'] as const) {
      const bytes = await readFile(clipPath(RECORDINGS[name]));
      const { samples, damage } = await decodeAll(Buffer.concat([bytes, Buffer.alloc(9_000, 0x9d)]));
      expect(damage).toMatch(/^The visit (is damaged in 1 places|goes on behind its end)/);
      expect(samples.length / 16_000).toBeCloseTo(SECONDS, 1);
    }
  });

  it('a recording that is cut off, with another behind it', async () => {
    const opus = await readFile(clipPath(RECORDINGS.opus));
    const { samples, damage } = await decodeAll(Buffer.concat([opus.subarray(0, opus.length * 0.7), opus]));
    expect(damage).toMatch(/^The visit is damaged/);
    expect(placesOf((await sentence()).subarray(0, 20_000), samples).at(-1)).toBeGreaterThan(0.6);
  });
});

describe('Ogg positions', () => {
  it('that leave a gap add silence, but not where the clock jumps by a day', async () => {
    const pages = pagesOf(await readFile(clipPath(RECORDINGS.vorbis)));
    // Behind the headers of the codec and the first sound.
    const half = pages.length - 1;
    for (const [gap, heardGap] of [
      [10, 10],
      [86_400, 0],
    ] as const) {
      const bytes = pages.map((page, index) => (index < half ? page : later(page, gap * 16_000)));
      const { samples, damage } = await decodeAll(Buffer.concat(bytes));
      expect(samples.length / 16_000).toBeCloseTo(SECONDS + heardGap, 1);
      if (gap === heardGap) expect(damage).toBeUndefined();
      else expect(damage).toBe('The visit has a gap of more than 60 minutes, which was left out.');
    }
  });
});

/** Most of the sentence, from half a second on. */
async function sentence(): Promise<Float32Array> {
  const { samples } = await decodeAll(await readFile(clipPath(FLAC)));
  return samples.subarray(8_000, 44_000);
}

function pagesOf(bytes: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const segments = bytes[at + 26] ?? 0;
    const body = bytes.subarray(at + 27, at + 27 + segments).reduce((sum, lacing) => sum + lacing, 0);
    pages.push(Buffer.from(bytes.subarray(at, at + 27 + segments + body)));
    at += 27 + segments + body;
  }
  return pages;
}

/** The page with a position that is later by so many samples, and a checksum that fits. */
function later(page: Buffer, samples: number): Buffer {
  const moved = Buffer.from(page);
  const position = page.readBigInt64LE(6);
  if (position >= 0n) moved.writeBigInt64LE(position + BigInt(samples), 6);
  moved.writeUInt32LE(0, 22);
  let sum = 0;
  for (const byte of moved) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  moved.writeUInt32LE(sum >>> 0, 22);
  return moved;
}
