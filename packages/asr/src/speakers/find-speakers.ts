import type { FoundingWindows } from './founding-windows.js';
import { createVoiceParts } from './voice-parts.js';
import { createVoiceClusters, type VoiceClusters } from './voice-clusters.js';

/** Somebody who was found to speak. */
export interface FoundSpeaker {
  /** The mean of the voice, of unit length. */
  readonly voice: Float32Array;
  /** Seconds of speech that found it. */
  readonly seconds: number;
  /** The speaker that a person gave some of it to. */
  readonly pinned: number | undefined;
  /** The earliest of its windows, by which those found together are put in order. */
  readonly first: number;
}

/** How many speakers there are: a number that is given, or `auto` for at most so many as are counted. */
interface SpeakersWanted {
  readonly given: number | undefined;
  readonly most: number;
}

/** Finds the speakers of a session, again and again as more is heard. */
export interface SpeakerFinder {
  /** The window at this place is new. */
  added(place: number): void;
  find(wanted: SpeakersWanted): FoundSpeaker[];
}

/**
 * Finds the speakers of windows: parts them into too many clusters, drops the small ones, and merges the others down to the
 * number given, or as long as they are too much alike to be two people.
 */
export function createSpeakerFinder(founding: FoundingWindows): SpeakerFinder {
  const parts = createVoiceParts(founding);
  return {
    added: parts.added,
    find(wanted) {
      if (founding.windows.length === 0) return [];
      const clusters = createVoiceClusters(founding, parts.current());
      const least = wanted.given === undefined ? LEAST_SPEECH.counted : LEAST_SPEECH.given;
      const kept =
        wanted.given === undefined
          ? { people: Math.min(2, wanted.most), below: DISTINCT.counted }
          : { people: wanted.given, below: DISTINCT.given };
      dropSmall(clusters, kept, (_, half) => Math.min(least, half));
      clusters.settle();
      mergeDown(clusters, wanted);
      if (wanted.given === undefined)
        dropSmall(clusters, kept, (rank, half) => (rank < 2 ? Math.min(least, half) : LEAST_SPEECH.third));
      return Array.from({ length: clusters.count }, (_, cluster) => ({
        voice: clusters.voice(cluster),
        seconds: clusters.seconds(cluster),
        pinned: clusters.pinned(cluster),
        first: clusters.labels.indexOf(cluster),
      }));
    },
  };
}

type Pair = readonly [number, number];

function mergeDown(clusters: VoiceClusters, { given, most }: SpeakersWanted): void {
  while (clusters.count > (given ?? 1)) {
    const pair = given === undefined ? mostAlike(clusters, most) : leastLoss(clusters);
    if (!pair) return;
    clusters.merge(...pair);
    clusters.settle();
  }
}

/** The cosine from which two clusters are one speaker, where the number of speakers is counted (bench `speakers`). */
const ONE_SPEAKER = 0.6;

/**
 * Speech that makes a speaker, seconds, or half of what the largest cluster has if that is less: where the number is given,
 * where speakers are counted, and for the third and fourth that are counted, who are mostly sounds of the others. Chosen on
 * six interviews, none of which was kept apart (bench `speakers`).
 */
const LEAST_SPEECH = { given: 4, counted: 6, third: 12 } as const;

/**
 * Drops clusters with less speech than is wanted of one of that rank, the largest first; `half`: of what the largest has. As long
 * as the others may be fewer than so many `people`, small ones stay whose likeness to each other one is `below` this: whoever opens
 * a conversation with a short question is somebody.
 */
function dropSmall(
  clusters: VoiceClusters,
  { people, below }: { readonly people: number; readonly below: number },
  leastOf: (rank: number, half: number) => number,
): void {
  const seconds = Array.from({ length: clusters.count }, (_, cluster) => clusters.seconds(cluster));
  const half = Math.max(...seconds) / 2;
  const isSmall = seconds.map((own, cluster) => {
    const rank = seconds.filter((other) => other > own).length;
    return own < leastOf(rank, half) && clusters.pinned(cluster) === undefined;
  });
  const all = [...seconds.keys()];
  const large = all.filter((cluster) => !isSmall[cluster]);
  const missing = Math.max(0, people - countPeople(clusters, large));
  const distinct = all
    .filter(
      (one) => isSmall[one] && all.every((other) => other === one || clusters.alike(one, other) < below),
    )
    .sort((one, other) => (seconds[other] as number) - (seconds[one] as number));
  const kept = new Set([...large, ...distinct.slice(0, missing)]);
  for (const cluster of all.reverse()) if (!kept.has(cluster)) clusters.drop(cluster);
}

/** How many people these clusters are at least: two that may be one person, and all that are linked by such, count once. */
function countPeople(clusters: VoiceClusters, counted: readonly number[]): number {
  const left = new Set(counted);
  let people = 0;
  for (const first of left) {
    people++;
    const linked = [first];
    for (const one of linked) {
      left.delete(one);
      for (const other of left)
        if (clusters.alike(one, other) >= PERHAPS_ONE) {
          left.delete(other);
          linked.push(other);
        }
    }
  }
  return people;
}

/** The cosine from which two clusters may be parts of one voice (bench `speakers`). */
const PERHAPS_ONE = 0.45;

/**
 * The cosine below which little speech is surely another voice's: where the number is given, and where speakers are counted, so
 * that nobody who speaks alone is taken for two (bench `speakers`; docs/decisions/0153).
 */
const DISTINCT = { given: 0.35, counted: 0.25 } as const;

/** The two that are most alike, unless they are two people. */
function mostAlike(clusters: VoiceClusters, most: number): Pair | undefined {
  const best = bestPair(clusters, (a, b) => clusters.alike(a, b));
  return best && (clusters.count > most || best.value >= ONE_SPEAKER) ? best.pair : undefined;
}

/**
 * The two that lose least as one (Ward's rule), so that a cough does not take a speaker's place. What little somebody distinct has
 * said would be lost most cheaply of all, and is therefore only merged where nothing else is left.
 */
function leastLoss(clusters: VoiceClusters): Pair | undefined {
  return bestPair(clusters, (a, b) => {
    const [one, other] = [clusters.seconds(a), clusters.seconds(b)];
    const alike = clusters.alike(a, b);
    if (Math.min(one, other) < LEAST_SPEECH.given && alike < DISTINCT.given) return LAST_OF_ALL + alike;
    return -((1 - alike) * one * other) / (one + other);
  })?.pair;
}

/** Below the loss of any two clusters of a session. */
const LAST_OF_ALL = -1e6;

function bestPair(
  clusters: VoiceClusters,
  valueOf: (a: number, b: number) => number,
): { readonly pair: Pair; readonly value: number } | undefined {
  let best: { pair: Pair; value: number } | undefined;
  for (let a = 0; a < clusters.count; a++)
    for (let b = a + 1; b < clusters.count; b++) {
      if (clusters.areApart(a, b)) continue;
      const value = valueOf(a, b);
      if (!best || value > best.value) best = { pair: [a, b], value };
    }
  return best;
}
