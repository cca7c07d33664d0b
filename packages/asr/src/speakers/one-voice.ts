import { dot, sumOf, toUnitLength } from './vectors.js';

/**
 * Whether embeddings of windows, of unit length, are those of a single voice: parted into the two halves that are most unlike each
 * other, these still sound like one person.
 */
export function isOneVoice(embeddings: readonly Float32Array[]): boolean {
  const parts = partInTwo(embeddings);
  if (Math.min(...parts.map(({ length }) => length)) < LEAST_WINDOWS) return true;
  const [one, other] = parts.map(sumOf) as [Float32Array, Float32Array];
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other)) >= ONE_PERSON;
}

/**
 * The least cosine of the halves, and windows in each. Of 20 to 24 windows (15 to 18 s) of one person they refuse 0.3 % of 624
 * draws from 26 recordings; of as many of two people, 4 or more of them of the second, they let 1 % of 1,400 pass
 * (docs/decisions/0104).
 */
const ONE_PERSON = 0.5;
const LEAST_WINDOWS = 4;

const ROUNDS = 8;

type Parts = readonly [Float32Array[], Float32Array[]];

/** The parting, of those that begin at each window and the one that is least like it, which fits the windows best. */
function partInTwo(embeddings: readonly Float32Array[]): Parts {
  let best: { readonly parts: Parts; readonly fit: number } | undefined;
  for (const first of embeddings) {
    const second = leastLike(first, embeddings);
    const parting = settle(embeddings, [first, second]);
    if (best === undefined || parting.fit > best.fit) best = parting;
  }
  return best?.parts ?? [[], []];
}

function leastLike(first: Float32Array, embeddings: readonly Float32Array[]): Float32Array {
  return embeddings.reduce((least, each) => (dot(first, each) < dot(first, least) ? each : least), first);
}

/** Gives each embedding to the nearer of two centres and moves the centres, some times. `fit` is the sum of the cosines. */
function settle(embeddings: readonly Float32Array[], centres: readonly [Float32Array, Float32Array]) {
  let [one, other] = centres;
  let parts: Parts = [[], []];
  let fit = 0;
  for (let round = 0; round < ROUNDS; round++) {
    parts = [[], []];
    fit = 0;
    for (const embedding of embeddings) {
      const [toOne, toOther] = [dot(embedding, one), dot(embedding, other)];
      parts[toOne >= toOther ? 0 : 1].push(embedding);
      fit += Math.max(toOne, toOther);
    }
    if (parts.some(({ length }) => length === 0)) break;
    [one, other] = parts.map((part) => toUnitLength(sumOf(part))) as [Float32Array, Float32Array];
  }
  return { parts, fit };
}
