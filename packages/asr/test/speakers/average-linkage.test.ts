import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averageLinkage } from '../../src/speakers/average-linkage.js';
import { createFoundingWindows } from '../../src/speakers/founding-windows.js';
import { dot } from '../../src/speakers/vectors.js';
import { numbersFrom } from './generated-voices.js';

test('parts windows as merging the nearest two, one pair after another, does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 80 }),
      fc.nat(),
      fc.double({ min: -0.5, max: 0.9, noNaN: true }),
      (count, seed, least) => {
        const voices = voicesFrom(count, seed);
        const founding = createFoundingWindows();
        for (const voice of voices) founding.add({ voice, seconds: 1.5 });
        expect([...averageLinkage(founding, least)]).toEqual(partSlowly(voices, least));
      },
    ),
  );
});

function voicesFrom(count: number, seed: number): Float32Array[] {
  const random = numbersFrom(seed);
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: 4 }, () => random() - 0.5);
    const length = Math.sqrt(dot(vector, vector));
    return vector.map((value) => value / length);
  });
}

function partSlowly(voices: readonly Float32Array[], least: number): number[] {
  const clusters = voices.map((_, place) => [place]);
  const alike = (a: readonly number[], b: readonly number[]) =>
    a.reduce(
      (sum, one) =>
        sum + b.reduce((row, other) => row + dot(voices[one] ?? EMPTY, voices[other] ?? EMPTY), 0),
      0,
    ) /
    a.length /
    b.length;
  for (;;) {
    const pairs = clusters.flatMap((a, at) =>
      clusters.slice(at + 1).map((b) => ({ a, b, cosine: alike(a, b) })),
    );
    const best = pairs.reduce<(typeof pairs)[number] | undefined>(
      (most, pair) => (pair.cosine > (most?.cosine ?? -Infinity) ? pair : most),
      undefined,
    );
    if (!best || best.cosine < least) break;
    best.a.push(...best.b);
    clusters.splice(clusters.indexOf(best.b), 1);
  }
  const order = clusters.map((cluster) => Math.min(...cluster)).sort((a, b) => a - b);
  return voices.map((_, place) =>
    order.indexOf(Math.min(...(clusters.find((cluster) => cluster.includes(place)) ?? []))),
  );
}

const EMPTY = new Float32Array(4);
