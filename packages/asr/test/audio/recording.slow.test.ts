import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordingOptions } from '../../src/audio/decode-recording.js';
import { openRecording, type StoredRecording } from '../../src/audio/recording.js';
import { SpeechError } from '../../src/speech-error.js';
import { clipPath, readClips } from '../clips/clips.js';
import { chunk, writeWave, type WaveFile } from './wave-file.js';

const ORIGINAL = clipPath('librivox/sense_and_sensibility_01_austen_64kb-0880.flac');
const ORIGINAL_SECONDS = 2.99;
const OWN_CONTAINERS = ['speech.mp3', 'speech.opus', 'speech.ogg', 'speech.oga', 'mu-law.wav', 'a-law.wav'];
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auscult-recording-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
// The decoders report each damaged frame to the console as well.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('containers', () => {
  it.each(OWN_CONTAINERS)('hears in %s what the FLAC says', async (name) => {
    const original = await decode(ORIGINAL);
    const decoded = await decode(clipPath(`containers/${name}`));
    expect(Math.abs(decoded.length - original.length)).toBeLessThan(16);
    expect(correlation(original, decoded)).toBeGreaterThan(0.9);
  });

  it.skipIf(!hasFfmpeg)('hears AAC in MP4, where ffmpeg is installed', async () => {
    const original = await decode(ORIGINAL);
    const decoded = await decode(clipPath('containers/speech.m4a'));
    // AAC fills its last frame, of 1,024 samples, and need not say how far.
    expect(Math.abs(decoded.length - original.length)).toBeLessThan(2_048);
    expect(correlation(original, decoded)).toBeGreaterThan(0.9);
  });

  it.skipIf(!hasFfmpeg)(
    'hears an MP4 with its index at the end from a source that only this process can read',
    async () => {
      const bytes = await readFile(clipPath('containers/speech.m4a'));
      expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'));
      expect(await decode(stored(bytes))).toEqual(await decode(clipPath('containers/speech.m4a')));
    },
  );

  it.each(['speech.mp3', 'speech.opus', 'speech.ogg', 'mu-law.wav'])(
    'tells and decodes the same for %s from a source that only this process can read',
    async (name) => {
      const bytes = await readFile(clipPath(`containers/${name}`));
      const recording = await openRecording(stored(bytes));
      expect(recording.durationSeconds).toBeCloseTo(ORIGINAL_SECONDS, 2);
      expect(await collect(recording.chunks())).toEqual(await decode(clipPath(`containers/${name}`)));
    },
  );

  it.each([
    ['speech.mp3', 44_100, 2],
    ['speech.opus', 48_000, 1],
    ['speech.ogg', 16_000, 1],
    ['mu-law.wav', 8_000, 1],
  ])('knows the length and format of %s before decoding it', async (name, sampleRate, channels) => {
    const recording = await openRecording(clipPath(`containers/${name}`));
    expect(recording.durationSeconds).toBeCloseTo(ORIGINAL_SECONDS, 2);
    expect(recording).toMatchObject({ sampleRate, channels });
    await recording.close();
  });

  it('decodes every clip to the length that its manifest says', async () => {
    for (const clip of readClips()) {
      const recording = await openRecording(clipPath(clip.path));
      expect(recording.durationSeconds).toBeCloseTo(clip.duration_s, 3);
      expect((await collect(recording.chunks())).length / 16_000).toBeCloseTo(clip.duration_s, 3);
    }
  });

  it.each(['speech.mp3', 'speech.opus', 'speech.ogg', 'speech.oga', 'a-law.wav'])(
    'gives the same samples of %s from a stream in any pieces',
    async (name) => {
      const bytes = await readFile(clipPath(`containers/${name}`));
      const whole = await decode(clipPath(`containers/${name}`));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1 }), async (sizes) => {
          expect(await decode(pieces(bytes, sizes))).toEqual(whole);
        }),
        { numRuns: 8 },
      );
    },
  );

  it('finds MP3 behind a tag with a picture', async () => {
    const mp3 = await readFile(clipPath('containers/speech.mp3'));
    const picture = Buffer.alloc(300_000, 0xff);
    const size = [21, 14, 7, 0].map((shift) => (picture.length >> shift) & 127);
    const tagged = Buffer.concat([
      Buffer.from('ID3\u0004\u0000\u0000', 'latin1'),
      Buffer.from(size),
      picture,
      mp3,
    ]);
    const untagged = await decode(pieces(mp3, [4_096]));
    expect(await decode(pieces(tagged, [4_096]))).toEqual(untagged);
  });
});

describe('WAVE', () => {
  const left = tone(300, 8_000, 0.25);
  const right = tone(500, 8_000, 0.25);

  it.each([
    [1, 8],
    [1, 16],
    [1, 24],
    [1, 32],
    [3, 32],
    [3, 64],
  ])('reads format %i with %i bits, plain and extensible', async (tag, bits) => {
    for (const extensible of [false, true]) {
      const file = { tag, bits, sampleRate: 16_000, channels: [left], extensible };
      expect(largestDifference(await decode(stream(file)), left)).toBeLessThan(2 / 2 ** Math.min(bits, 20));
    }
  });

  it('mixes any number of channels in equal parts', async () => {
    for (const channels of [
      [left, right],
      [left, right, left, right, left, right],
    ]) {
      const mixed = left.map((sample, i) => (sample + (right[i] ?? 0)) / 2);
      const file = { tag: 1, bits: 16, sampleRate: 16_000, channels };
      expect(largestDifference(await decode(stream(file)), mixed)).toBeLessThan(1e-4);
    }
  });

  it('reads on past chunks of other kinds, odd ones too, and stops where the samples end', async () => {
    const other = chunk('LIST', Buffer.alloc(4_001, 0x7f));
    const file = { tag: 1, bits: 16, sampleRate: 16_000, channels: [left], before: [other], after: [other] };
    expect((await decode(stream(file))).length).toBe(left.length);
  });

  it.each([0, 0xffffffff, 0x7ffff000])(
    'reads to the end when the writer put the size %i',
    async (dataSize) => {
      const file = { tag: 1, bits: 16, sampleRate: 16_000, channels: [left], dataSize };
      expect((await decode(stream(file))).length).toBe(left.length);
      const recording = await openRecording(await store('streamed.wav', writeWave(file)));
      expect(recording.durationSeconds).toBeCloseTo(left.length / 16_000, 6);
      await recording.close();
    },
  );

  it('takes the size of RF64 from its own chunk', async () => {
    const after = [chunk('LIST', Buffer.alloc(4_000, 0x7f))];
    const file = {
      riff: 'RF64',
      tag: 1,
      bits: 16,
      sampleRate: 16_000,
      channels: [left],
      dataSize: 0xffffffff,
      after,
    } as const;
    expect((await decode(stream(file))).length).toBe(left.length);
  });

  it('silences floats that are no number', async () => {
    const samples = Float32Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY, -0.5);
    const decoded = await decode(stream({ tag: 3, bits: 32, sampleRate: 16_000, channels: [samples] }));
    expect([...decoded]).toEqual([0.5, 0, 0, -0.5]);
  });

  it('decodes while it reads: an hour is not fetched to hear its first second', async () => {
    const header = writeWave({ tag: 1, bits: 16, sampleRate: 48_000, channels: [left, right], dataSize: 0 });
    let fetched = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield header;
      for (;;) {
        fetched += 65_536;
        yield await Promise.resolve(new Uint8Array(65_536));
      }
    };
    const recording = await openRecording(endless());
    let samples = 0;
    for await (const piece of recording.chunks()) {
      samples += piece.length;
      const consumed = (samples / 16_000) * 48_000 * 4;
      expect(fetched - consumed).toBeLessThan(3 * 65_536);
      if (samples > 160_000) break;
    }
  });
});

describe('decoding of invalid sources', () => {
  const rejection = async (source: string | AsyncIterable<Uint8Array>): Promise<SpeechError> => {
    const failure: unknown = await decode(source).catch((error: unknown) => error);
    if (!(failure instanceof SpeechError)) throw new Error('expected a SpeechError', { cause: failure });
    return failure;
  };

  it('names a path that does not exist', async () => {
    const path = join(folder, 'missing.wav');
    expect(await rejection(path)).toMatchObject({
      code: 'unreadable_audio',
      message: `${path} does not exist.`,
      remedy: 'Check the path.',
    });
  });

  it('names a folder', async () => {
    expect(await rejection(folder)).toMatchObject({
      code: 'unreadable_audio',
      message: `${folder} is a folder.`,
    });
  });

  it('names an empty file and an empty stream', async () => {
    const path = await store('empty.flac', Buffer.alloc(0));
    expect(await rejection(path)).toMatchObject({ code: 'unreadable_audio', message: `${path} is empty.` });
    expect(await rejection(pieces(Buffer.alloc(0), [1]))).toMatchObject({ message: 'The stream is empty.' });
  });

  it('refuses text, whatever its file is called', async () => {
    const path = await store(
      'letter.mp3',
      Buffer.from('Dear colleague, thank you for referring this patient.'),
    );
    expect(await rejection(path)).toMatchObject({ code: 'unsupported_audio' });
  });

  it('suggests ffmpeg where that is not installed', async () => {
    vi.stubEnv('PATH', folder);
    expect(await rejection(clipPath('containers/speech.m4a'))).toMatchObject({
      code: 'unsupported_audio',
      remedy: 'Convert it to one of these, or install ffmpeg, which reads most others.',
    });
  });

  it('refuses a WAVE file without samples', async () => {
    const header = writeWave({ tag: 1, bits: 16, sampleRate: 16_000, channels: [new Float32Array(0)] });
    expect(await rejection(pieces(header, [44]))).toMatchObject({ code: 'unreadable_audio' });
    expect(await rejection(pieces(header.subarray(0, 36), [36]))).toMatchObject({ code: 'unreadable_audio' });
  });

  it.each([
    'speech.mp3',
    'speech.opus',
    'speech.ogg',
    'a-law.wav',
    '../librivox/sense_and_sensibility_01_austen_64kb-0880.flac',
  ])('gives the rest of a cut %s, and then reports the cut', async (name) => {
    const bytes = await readFile(clipPath(`containers/${name}`));
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.7));
    expect(await rejection(pieces(cut, [4_096]))).toMatchObject({ code: 'unreadable_audio' });

    const onDamage = vi.fn<(error: SpeechError) => void>();
    const heard = await decode(pieces(cut, [4_096]), { onDamage, name: 'visit' });
    expect(onDamage).toHaveBeenCalledOnce();
    expect(onDamage.mock.calls[0]?.[0].message).toMatch(/^visit /);
    expect(correlation((await decode(ORIGINAL)).subarray(0, heard.length), heard)).toBeGreaterThan(0.9);
    if (name !== 'speech.opus' && name !== 'speech.ogg') expect(heard.length).toBeGreaterThan(16_000);
  });

  it.each([...OWN_CONTAINERS, '../librivox/sense_and_sensibility_01_austen_64kb-0880.flac'])(
    'survives any damage to %s',
    async (name) => {
      vi.stubEnv('PATH', folder);
      const bytes = await readFile(clipPath(`containers/${name}`));
      const damage = fc.record({
        changes: fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), {
          maxLength: 20,
        }),
        headerChanges: fc.array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 255 })), { maxLength: 2 }),
        end: fc.nat({ max: bytes.length }),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ changes, headerChanges, end }) => {
          const damaged = Buffer.from(bytes);
          for (const [at, value] of [...changes, ...headerChanges]) damaged[at] = value;
          const heard = await decode(pieces(damaged.subarray(0, end), [4_096])).catch(
            (error: unknown) => error,
          );
          if (heard instanceof Float32Array) expect(heard.every(Number.isFinite)).toBe(true);
          else expect(heard).toBeInstanceOf(SpeechError);
        }),
        { numRuns: 60 },
      );
    },
  );
});

async function store(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

function stored(bytes: Uint8Array): StoredRecording {
  return { size: bytes.length, read: (start, end) => pieces(bytes.subarray(start, end), [10_000]) };
}

async function decode(
  source: string | AsyncIterable<Uint8Array> | StoredRecording,
  options?: RecordingOptions,
): Promise<Float32Array> {
  return collect((await openRecording(source, options)).chunks());
}

async function collect(chunks: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const all: number[] = [];
  for await (const piece of chunks) for (const sample of piece) all.push(sample);
  return Float32Array.from(all);
}

function stream(file: WaveFile): AsyncIterable<Uint8Array> {
  return pieces(writeWave(file), [1_000]);
}

/** The bytes in pieces of these sizes, over and over. */
async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(start, start + size));
    start += size;
  }
}

function tone(hertz: number, samples: number, level: number): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / 16_000),
  );
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (b[i] ?? 0))), 0);
}

/** 1 for the same signal at the same place, whatever its level. */
function correlation(a: Float32Array, b: Float32Array): number {
  let [product, powerA, powerB] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    product += x * y;
    powerA += x * x;
    powerB += y * y;
  }
  return product / Math.sqrt(powerA * powerB);
}
