import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteSource } from '../../src/audio/byte-source.js';
import { ebmlIds } from '../../src/audio/containers/ebml.js';
import { decodePcm } from '../../src/audio/pcm.js';
import { clipPath } from '../clips/clips.js';
import { decodeRecording } from '../../src/audio/decode-recording.js';
import { decodeAll } from './decoded.js';
import { cutAt, hearLive, inPiecesOf } from './heard-live.js';
import { block, cluster, element, opusHead, simpleBlock, track, webm } from './webm-file.js';
import { packetsOf } from './webm-packets.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const RATE = 16_000;
/** Length of the clip, samples. */
const LENGTH = 2.99 * RATE;

const clip = (name: string): Promise<Buffer> => readFile(clipPath(`containers/${name}`));

/** Fails unless the samples are the same; a comparison by the runner would print all of them. */
function expectSame(sound: readonly Float32Array[], wanted: readonly Float32Array[]): void {
  expect(sound.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  const first = sound.map((samples, channel) =>
    samples.findIndex((sample, at) => !(Math.abs(sample - (wanted[channel]?.[at] ?? Number.NaN)) <= 0)),
  );
  expect(first).toEqual(sound.map(() => -1));
}

/** The packets of a live recording, 20 ms each. */
const packets = async (): Promise<readonly Buffer[]> => packetsOf(await clip('live.webm'));

/** Blocks of 20 ms in clusters of a second. */
function clustersOf(all: readonly Uint8Array[], size?: 'known' | 'unknown'): readonly Buffer[] {
  return Array.from({ length: Math.ceil(all.length / 50) }, (_, second) =>
    cluster(
      second * 1_000,
      all.slice(second * 50, (second + 1) * 50).map((packet, index) => simpleBlock(packet, index * 20)),
      size,
    ),
  );
}

/** What is heard of packets in the simplest form of a recording. */
async function heardOf(all: readonly Uint8Array[]): Promise<readonly Float32Array[]> {
  const blocks = all.map((packet, index) => simpleBlock(packet, index * 20));
  return (await hearLive([webm([track()], [cluster(0, blocks)])])).sound;
}

describe('a recording that is decoded while it comes', () => {
  const formats = [
    ['live.webm', 0.02],
    ['speech.webm', 0.02],
    ['speech.opus', 1.1],
    ['mu-law.wav', 0.02],
    ['speech.mp3', 0.3],
    ['speech.oga', 2.2],
    ['speech.ogg', 2.2],
    ['../librivox/sense_and_sensibility_01_austen_64kb-0880.flac', 0.6],
  ] as const;

  it.each(formats)('%s is the same as a file, however it is cut', async (name) => {
    const bytes = await clip(name);
    const file = await decodeAll(clipPath(`containers/${name}`));
    const whole = await hearLive([bytes]);
    expect(whole.error).toBeUndefined();
    const [sound = new Float32Array(0)] = whole.sound;
    expect(sound.length / RATE).toBeCloseTo(LENGTH / RATE, 1);
    // The last samples of a file may be cut off, which is known only at its end.
    const both = Math.min(sound.length, file.samples.length) - 100;
    expectSame([sound.subarray(0, both)], [file.samples.subarray(0, both)]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 40 }), async (places) => {
        const cut = await hearLive(cutAt(bytes, places));
        expect(cut.error).toBeUndefined();
        expectSame(cut.sound, whole.sound);
      }),
      { numRuns: 5 },
    );
  });

  it.each(['live.webm', 'speech.opus', 'mu-law.wav'])('%s is the same, byte by byte', async (name) => {
    const bytes = await clip(name);
    expectSame((await hearLive(inPiecesOf(bytes, 1))).sound, (await hearLive([bytes])).sound);
  });

  it.each(formats)('%s is heard as soon as it comes, but for %d s', async (name, held) => {
    const bytes = await clip(name);
    const size = 500;
    const { heardBefore } = await hearLive(inPiecesOf(bytes, size));
    // Up to the last piece, what is missing is what a decoder or a page holds back.
    const last = heardBefore.at(-1) ?? 0;
    expect((LENGTH - last) / RATE).toBeLessThan(held + (size / bytes.length) * 3);
  });

  it.each(['live.webm', 'speech.opus', 'mu-law.wav'])('%s may be followed by another one', async (name) => {
    const [first, second] = [await clip(name), await clip(name)];
    const { sound, error } = await hearLive(inPiecesOf(Buffer.concat([first, second]), 700));
    expect(error).toBeUndefined();
    expect((sound[0]?.length ?? 0) / RATE).toBeCloseTo((2 * LENGTH) / RATE, 1);
  });

  it.runIf(hasFfmpeg)('is MP4 where ffmpeg is there', async () => {
    const { sound, error } = await hearLive(inPiecesOf(await clip('live.mp4'), 700));
    expect(error).toBeUndefined();
    expect((sound[0]?.length ?? 0) / RATE).toBeCloseTo(LENGTH / RATE, 0);
  });
});

describe('two channels', () => {
  it('are heard by themselves, or mixed', async () => {
    const bytes = await clip('speech.webm');
    const [mixed] = (await hearLive([bytes])).sound;
    const [left, right] = (await hearLive([bytes], 2)).sound;
    expect(left).toHaveLength(mixed?.length ?? 0);
    const half = (left?.[RATE] ?? 0) / 2 + (right?.[RATE] ?? 0) / 2;
    expect(half).toBeCloseTo(mixed?.[RATE] ?? Number.NaN, 5);
  });

  it('cannot be made of one', async () => {
    expect((await hearLive([await clip('live.webm')], 2)).error).toMatchObject({ code: 'container_broken' });
  });
});

describe('WebM', () => {
  it.each([
    ['unknown', 'unknown'],
    ['unknown', 'known'],
    ['known', 'known'],
  ] as const)('has segments of %s size and clusters of %s size', async (segment, clusters) => {
    const bytes = webm([track()], clustersOf(await packets(), clusters), segment);
    const { sound, error } = await hearLive(inPiecesOf(bytes, 333));
    expect(error).toBeUndefined();
    expectSame(sound, await heardOf(await packets()));
  });

  it('has blocks in groups, other tracks, and elements that are of no interest', async () => {
    const all = await packets();
    const blocks = all.flatMap((packet, index) => [
      simpleBlock(Buffer.alloc(2_000), index * 20, { which: 2 }),
      element(ebmlIds.blockGroup, [
        element(0x9b, Buffer.from([20])),
        element(ebmlIds.block, block(packet, index * 20)),
      ]),
      element(ebmlIds.void, Buffer.alloc(7)),
    ]);
    const pictures = track({ number: 2, type: 1, codec: 'V_VP8' });
    const bytes = webm([pictures, track()], [element(ebmlIds.tags, Buffer.alloc(99)), cluster(0, blocks)]);
    expectSame((await hearLive([bytes])).sound, await heardOf(all));
  });

  it('holds samples as floats', async () => {
    const samples = Float32Array.from({ length: 4_800 }, (_, at) => Math.sin(at / 20) / 2);
    const float = track({ codec: 'A_PCM/FLOAT/LIT', sampleRate: 16_000 });
    const bytes = webm([float], [cluster(0, [simpleBlock(new Uint8Array(samples.buffer), 0)])]);
    expect((await hearLive(inPiecesOf(bytes, 1_000))).sound).toEqual([samples]);
  });

  it('is silent where its clock goes on without sound, and goes on where its clock has jumped', async () => {
    const all = (await packets()).slice(0, 50);
    const at = (milliseconds: number): Buffer =>
      cluster(
        milliseconds,
        all.map((packet, index) => simpleBlock(packet, index * 20)),
      );
    const lengthOf = async (...clusters: readonly Buffer[]): Promise<number> =>
      ((await hearLive([webm([track()], clusters)])).sound[0]?.length ?? 0) / RATE;
    expect(await lengthOf(at(0), at(5_000))).toBeCloseTo(6, 1);
    expect(await lengthOf(at(0), at(3_000_000))).toBeCloseTo(2, 1);
    expect(await lengthOf(at(5_000), at(0))).toBeCloseTo(2, 1);
  });

  it.each(['live.webm', 'speech.webm'])('%s is read as a file where nothing can be started', async (name) => {
    const pieces = [await clip(name)];
    const bytes = createByteSource(() => Promise.resolve(pieces.shift()));
    const input = { name, bytes, startFfmpeg: () => Promise.reject(new Error('nobody needs ffmpeg')) };
    const recording = await decodeRecording({ input, close: () => Promise.resolve() }, {});
    const chunks: Float32Array[] = [];
    for await (const chunk of recording.chunks()) chunks.push(chunk);
    const [whole = new Float32Array(0)] = (await hearLive([await clip(name)])).sound;
    expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(whole.length);
  });

  it('of which a part is damaged is heard as a file, but for that part', async () => {
    const all = await packets();
    const [first = Buffer.alloc(0), ...others] = clustersOf(all);
    const bytes = webm([track()], [first, Buffer.alloc(3_000, 'a'), ...others]);
    const { samples, damage } = await decodeAll(bytes);
    expect(samples.length / RATE).toBeCloseTo(all.length * 0.02, 1);
    expect(damage).toMatch(/damaged in 1 places/u);
  });

  it('loses what its last group says is padding', async () => {
    const [packet = Buffer.alloc(0)] = await packets();
    const padding = Buffer.alloc(4);
    padding.writeInt32BE(10_000_000);
    const group = element(ebmlIds.blockGroup, [
      element(ebmlIds.block, block(packet, 20)),
      element(ebmlIds.discardPadding, padding),
    ]);
    const bytes = webm([track({ head: opusHead(1, 0) })], [cluster(0, [simpleBlock(packet, 0), group])]);
    expect((await hearLive([bytes])).sound[0]).toHaveLength(0.03 * RATE);
  });

  it.each<[string, (all: readonly Buffer[]) => Buffer, RegExp]>([
    [
      'garbage in the middle',
      (all) => Buffer.concat([webm([track()], clustersOf(all)), Buffer.alloc(100, 'a')]),
      /bytes in the middle that are not WebM/u,
    ],
    [
      'lacing',
      (all) => webm([track()], [cluster(0, [simpleBlock(all[0] ?? Buffer.alloc(1), 0, { flags: 2 })])]),
      /several frames/u,
    ],
    [
      'an element that is too large',
      (all) =>
        webm([track()], [...clustersOf(all), cluster(9_000, [simpleBlock(Buffer.alloc(1024 ** 2 + 1), 0)])]),
      /bytes in the middle/u,
    ],
    [
      'a packet that is none',
      (all) => webm([track()], [cluster(0, [simpleBlock(Buffer.alloc(50_000, 0xff), 0), ...all])]),
      /damaged/u,
    ],
    [
      'channels that are not so many',
      () => webm([track({ channels: 2, head: opusHead(1) })], []),
      /2 channels.* 1/u,
    ],
    ['no head of Opus', () => webm([track({ head: Buffer.from('OpusHead') })], []), /head of Opus/u],
    ['another codec', () => webm([track({ codec: 'A_VORBIS' })], []), /neither Opus nor samples/u],
    [
      'a rate that nobody speaks at',
      () =>
        webm(
          [track({ codec: 'A_PCM/FLOAT/LIT', sampleRate: 96_000 })],
          [cluster(0, [simpleBlock(new Uint8Array(400), 0)])],
        ),
      /96000 Hz/u,
    ],
    ['no track', () => webm([], []), /no sound/u],
  ])('is refused for %s', async (_name, make, message) => {
    const { error } = await hearLive(inPiecesOf(make(await packets()), 999));
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('is refused at once if it lacks its header', async () => {
    const bytes = await clip('live.webm');
    const start = bytes.indexOf(Buffer.from('1f43b675', 'hex'));
    const { sound, heardBefore, error } = await hearLive(inPiecesOf(bytes.subarray(start), 64));
    expect(error).toMatchObject({ code: 'container_unknown' });
    expect(sound[0]).toHaveLength(0);
    expect(heardBefore).toHaveLength(1);
  });
});

describe('other formats', () => {
  it.each([
    ['speech.opus', 4_000],
    ['../librivox/sense_and_sensibility_01_austen_64kb-0880.flac', 20_000],
  ])('%s is given up at damage, and not later', async (name, at) => {
    const bytes = Buffer.from(await clip(name));
    bytes.fill(0xaa, at, at + 400);
    const { sound, error } = await hearLive(inPiecesOf(bytes, 500));
    expect(error).toMatchObject({ code: 'container_broken' });
    expect(sound[0]?.length).toBeLessThan(LENGTH * 0.9);
  });
});

it.runIf(hasFfmpeg).each(['mulaw', 'alaw'] as const)('%s is expanded as ffmpeg does', (encoding) => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  const { stdout } = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-f', encoding, '-ar', '8000', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'],
    { input: codes },
  );
  expectSame(decodePcm(codes, encoding), decodePcm(stdout, 's16le'));
});
