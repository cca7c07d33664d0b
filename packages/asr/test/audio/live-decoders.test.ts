import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createDecoderPool, type StreamDecoder } from '../../dist/index.js';
import { clipPath } from '../clips/clips.js';
import { hearLive, inPiecesOf } from './heard-live.js';
import { cluster, simpleBlock, track, webm } from './webm-file.js';

const RATE = 16_000;
const pool = createDecoderPool({ looks: 1, reads: 1 });
afterAll(() => {
  pool.close();
});

const clip = (name: string): Promise<Buffer> => readFile(clipPath(`containers/${name}`));

/** A decoder, and how many samples it has given. */
function open(onSound: () => void | Promise<void> = () => undefined): {
  readonly decoder: StreamDecoder;
  readonly heard: () => number;
} {
  let heard = 0;
  const decoder = pool.openStream({
    kind: 'container',
    channels: 1,
    onSound: ([samples = new Float32Array(0)]) => {
      heard += samples.length;
      return onSound();
    },
  });
  return { decoder, heard: () => heard };
}

async function pushAll(decoder: StreamDecoder, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) await decoder.push(piece);
}

/** Process ids of the decoders of this process. */
function decoders(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isChild =
          Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]) ===
          process.pid;
        return isChild && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('decoder-main');
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('a decoder of what is live', () => {
  it('has given all sound of a piece when it asks for the next', async () => {
    const bytes = await clip('live.webm');
    const { decoder, heard } = open();
    const half = inPiecesOf(bytes, 1_000).slice(0, 5);
    await pushAll(decoder, half);
    const [sound] = (await hearLive([Buffer.concat(half)])).sound;
    // At its end, the resampler gives the last milliseconds, too.
    expect((sound?.length ?? 0) - heard()).toBeLessThan(RATE / 100);
    expect(heard()).toBeGreaterThan(RATE);
    await decoder.push(bytes.subarray(5_000));
    await decoder.end();
    expect(heard() / RATE).toBeCloseTo(2.99, 1);
  });

  it('decodes several at the same time, each by itself', async () => {
    const bytes = await clip('live.webm');
    const broken = open();
    const others = [open(), open()];
    await expect(broken.decoder.push(Buffer.alloc(100, 'a'))).rejects.toMatchObject({
      code: 'container_unknown',
    });
    await Promise.all(others.map(({ decoder }) => pushAll(decoder, inPiecesOf(bytes, 3_000))));
    await Promise.all(others.map(({ decoder }) => decoder.end()));
    for (const { heard } of others) expect(heard() / RATE).toBeCloseTo(2.99, 1);
    await expect(broken.decoder.push(bytes)).rejects.toMatchObject({ code: 'container_unknown' });
    await expect(broken.decoder.end()).rejects.toMatchObject({ code: 'container_unknown' });
  });

  it('waits with what a few bytes hold until there is room', async () => {
    // Two frames of 60 ms that are empty: silence that takes two bytes.
    const packet = Uint8Array.of(0x1b, 0x02);
    const blocks = Array.from({ length: 250 }, (_, index) => simpleBlock(packet, index * 120));
    const clusters = Array.from({ length: 10 }, (_, index) => cluster(index * 30_000, blocks));
    let letOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letOn = resolve));
    let isFirst = true;
    let tellFirst = (): void => undefined;
    const first = new Promise<void>((resolve) => (tellFirst = resolve));
    const { decoder, heard } = open(() => {
      if (!isFirst) return undefined;
      isFirst = false;
      tellFirst();
      return gate;
    });
    const pushed = decoder.push(webm([track()], clusters));
    await first;
    expect(heard()).toBeLessThan(10 * RATE);
    letOn();
    await pushed;
    expect(heard() / RATE).toBeCloseTo(300, 0);
    decoder.close();
  });

  it.runIf(process.platform === 'linux')(
    'that is killed fails what it decodes, and nothing else',
    async () => {
      const bytes = await clip('live.webm');
      const before = decoders();
      const { decoder } = open();
      await decoder.push(bytes.subarray(0, 3_000));
      const [pid] = decoders().filter((one) => !before.includes(one));
      process.kill(pid ?? 0, 'SIGKILL');
      await expect(
        (async () => {
          for (;;) await decoder.push(bytes.subarray(3_000, 3_001));
        })(),
      ).rejects.toMatchObject({ code: 'decoder_failed' });
      const other = open();
      await other.decoder.push(bytes);
      await other.decoder.end();
      expect(other.heard() / RATE).toBeCloseTo(2.99, 1);
    },
  );

  it('of a pool that is closed, or will be, decodes nothing', async () => {
    const bytes = await clip('live.webm');
    const other = createDecoderPool({ looks: 1, reads: 1 });
    const options = { kind: 'container', channels: 1, onSound: () => undefined } as const;
    const early = other.openStream(options);
    await early.push(bytes.subarray(0, 3_000));
    other.close();
    const late = other.openStream(options);
    for (const decoder of [early, late])
      await expect(decoder.push(bytes.subarray(3_000))).rejects.toMatchObject({ code: 'closed' });
  });

  it('of a crowd starts in its turn, and never if it is closed before', async () => {
    const bytes = await clip('live.webm');
    const before = decoders();
    const crowd = Array.from({ length: 20 }, open);
    for (const { decoder } of crowd.slice(0, 16)) decoder.close();
    const left = crowd.slice(16);
    for (const { decoder } of left) await decoder.push(bytes);
    for (const { decoder } of left) await decoder.end();
    for (const { heard } of left) expect(heard() / RATE).toBeCloseTo(2.99, 1);
    expect(decoders().filter((one) => !before.includes(one)).length).toBeLessThanOrEqual(left.length);
  });

  it('that is closed ends its process', async () => {
    const { decoder } = open();
    await decoder.push((await clip('live.webm')).subarray(0, 3_000));
    decoder.close();
    await expect(decoder.push(new Uint8Array(1))).rejects.toMatchObject({ code: 'decoder_failed' });
  });
});
