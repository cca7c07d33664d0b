import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAudioBuffer, type AudioBuffer } from '../../src/delivery/audio-buffer.js';
import type { BlockStore } from '../../src/delivery/block-store.js';

const SECOND = 16_000;

describe('the audio buffer', () => {
  test('gives back samples at their place until they are released', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 0, max: 2 * SECOND }) }),
      fc.record({ kind: fc.constant('release' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(1, 2), fc.array(action, { maxLength: 12 }), (channels, actions) => {
        const buffer = open({ channels, memorySeconds: 3600 });
        for (const each of actions) {
          if (each.kind === 'append') buffer.append(counting(buffer.end(), each.count, channels));
          else buffer.release(Math.floor(each.share * buffer.end()));
        }
        expectSame(
          readAll(buffer, buffer.begin(), channels),
          counting(buffer.begin(), buffer.end() - buffer.begin(), channels),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('moves audio beyond its memory limit into the store, and reads it from there', async () => {
    const store = memoryStore();
    const fetched = signal();
    const buffer = open({
      memorySeconds: 3,
      openStore: () => Promise.resolve(store),
      onFetched: fetched.raise,
    });
    for (let second = 0; second < 20; second++) {
      buffer.append(counting(buffer.end(), SECOND, 1));
      await Promise.resolve();
    }
    expect(buffer.begin()).toBe(0);
    for (let at = 0; at < buffer.end();) {
      const samples = buffer.read(at, 4000);
      if (!samples) {
        await fetched.raised();
        continue;
      }
      expect(samples).toEqual(counting(at, samples.length, 1));
      at += samples.length;
    }
    expect(store.numbers().length).toBeGreaterThan(10);
    buffer.release(buffer.end());
    await drainPromises();
    expect(store.numbers()).toEqual([]);
  });

  test('drops the oldest audio without a store, reports it, and reads it as silence', () => {
    const dropped: [number, number][] = [];
    const buffer = open({ memorySeconds: 3, onDropped: (from, to) => dropped.push([from, to]) });
    buffer.append(counting(0, 5 * SECOND, 1));
    expect(buffer.begin()).toBe(2 * SECOND);
    expect(dropped).toEqual([
      [0, SECOND],
      [SECOND, 2 * SECOND],
    ]);
    expect(buffer.read(0, 4000)).toEqual(new Int16Array(4000));
    expect(buffer.read(2 * SECOND, 4000)).toEqual(counting(2 * SECOND, 4000, 1));
  });

  test('drops the oldest audio when the store fails', async () => {
    const dropped: number[] = [];
    const broken = { ...memoryStore(), put: () => Promise.reject(new Error('the disk is full')) };
    const buffer = open({
      memorySeconds: 3,
      openStore: () => Promise.resolve(broken),
      onDropped: (_, to) => dropped.push(to),
    });
    buffer.append(counting(0, 6 * SECOND, 1));
    await drainPromises();
    buffer.append(counting(6 * SECOND, SECOND, 1));
    expect(dropped.at(-1)).toBe(buffer.begin());
    expect(readAll(buffer, buffer.begin())).toEqual(
      counting(buffer.begin(), buffer.end() - buffer.begin(), 1),
    );
  });

  test('drops audio that the store cannot give back, and goes on behind it', async () => {
    const dropped: [number, number][] = [];
    const fetched = signal();
    const store = memoryStore();
    const buffer = open({
      memorySeconds: 2,
      openStore: () => Promise.resolve(store),
      onFetched: fetched.raise,
      onDropped: (from, to) => dropped.push([from, to]),
    });
    buffer.append(counting(0, 6 * SECOND, 1));
    await drainPromises();
    // Only what is read last stays in memory.
    buffer.read(5 * SECOND, 1);
    await drainPromises();
    await store.remove(0);
    const isFetched = fetched.raised();
    expect(buffer.read(0, 4000) === undefined).toBe(true);
    await isFetched;
    expect(dropped).toEqual([[0, SECOND]]);
    expect(buffer.read(0, 4000)).toEqual(new Int16Array(4000));
    expect(buffer.begin()).toBe(SECOND);
  });
});

function open(options: Partial<Parameters<typeof createAudioBuffer>[0]>): AudioBuffer {
  return createAudioBuffer({
    channels: 1,
    memorySeconds: 60,
    onFetched: () => undefined,
    onDropped: () => undefined,
    ...options,
  });
}

/** Samples that tell their place. */
function counting(from: number, count: number, channels: number): Int16Array {
  return Int16Array.from({ length: count * channels }, (_, index) => {
    const place = from + Math.floor(index / channels);
    return ((place * 7 + (index % channels)) % 30_011) + 1;
  });
}

/** As `toEqual`, which looks at each sample by itself and takes long. */
function expectSame(actual: Int16Array, expected: Int16Array): void {
  expect(actual).toHaveLength(expected.length);
  expect(actual.findIndex((sample, index) => sample !== expected[index])).toBe(-1);
}

function readAll(buffer: AudioBuffer, from: number, channels = 1): Int16Array {
  const samples: number[] = [];
  for (let at = from; at < buffer.end(); at = from + samples.length / channels) {
    const piece = buffer.read(at, 4000);
    if (!piece) throw new Error('nothing was put away');
    samples.push(...piece);
  }
  return Int16Array.from(samples);
}

function memoryStore(): BlockStore & { readonly numbers: () => readonly number[] } {
  const blocks = new Map<number, Int16Array<ArrayBuffer>>();
  return {
    put: async (number, samples) => {
      await Promise.resolve();
      blocks.set(number, samples.slice());
    },
    get: async (number) => {
      await Promise.resolve();
      const samples = blocks.get(number);
      if (!samples) throw new Error(`block ${number} was not put away`);
      return samples.slice();
    },
    remove: (number) => {
      blocks.delete(number);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    numbers: () => [...blocks.keys()],
  };
}

function signal(): { readonly raise: () => void; readonly raised: () => Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    raise: () => {
      for (const go of waiting) go();
      waiting = [];
    },
    raised: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

/** Lets everything that promises have to do be done. */
function drainPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
