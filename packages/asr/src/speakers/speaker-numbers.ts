import type { FoundSpeaker } from './find-speakers.js';
import { dot } from './vectors.js';

/** The numbers of speakers, which stay when the speakers are found anew. */
export interface SpeakerNumbers {
  /**
   * A number for each of those found, in their order: that of the voice that is most alike, or a free one.
   *
   * @param most numbers from 0 to `most` - 1 are given, unless a person gave others
   */
  number(found: readonly FoundSpeaker[], most: number, uses: NumberUses): number[];
  /** The latest voice of each number. */
  readonly voices: ReadonlyMap<number, Float32Array>;
}

/** What the numbers of speakers stand for. */
interface NumberUses {
  /** Whether words have that number. */
  readonly isUsed: (speaker: number) => boolean;
  /** Whether a person said that it is another speaker. */
  readonly isMerged: (speaker: number) => boolean;
}

/** Continues with the voices of an earlier stream, if there are any. */
export function createSpeakerNumbers(
  earlier: Iterable<readonly [number, Float32Array]> = [],
): SpeakerNumbers {
  const voices = new Map(earlier);
  return {
    number(found, most, { isUsed, isMerged }) {
      for (const speaker of [...voices.keys()]) if (!isUsed(speaker)) voices.delete(speaker);
      const numbers = new Map<FoundSpeaker, number>();
      const give = (speaker: FoundSpeaker, number: number) => {
        numbers.set(speaker, number);
        voices.set(number, speaker.voice);
      };
      const isFree = (number: number) => ![...numbers.values()].includes(number);

      for (const speaker of found) if (speaker.pinned !== undefined) give(speaker, speaker.pinned);
      for (const { speaker, number, cosine } of byLikeness(found, voices))
        if (cosine >= SAME_SPEAKER && !numbers.has(speaker) && isFree(number)) give(speaker, number);
      for (const speaker of [...found].sort((a, b) => a.first - b.first)) {
        if (numbers.has(speaker)) continue;
        const unknown = range(most).find((number) => isFree(number) && !voices.has(number));
        const isOpen = (number: number) => isFree(number) && !isMerged(number);
        give(speaker, unknown ?? nearestOf(speaker, voices, isOpen) ?? lowest(isOpen));
      }
      return found.map((speaker) => numbers.get(speaker) ?? 0);
    },
    voices,
  };
}

/** Cosine from which a speaker is taken for one who was found before (bench `speakers`). */
const SAME_SPEAKER = 0.3;

interface Likeness {
  readonly speaker: FoundSpeaker;
  readonly number: number;
  readonly cosine: number;
}

function byLikeness(found: readonly FoundSpeaker[], voices: ReadonlyMap<number, Float32Array>): Likeness[] {
  return found
    .flatMap((speaker) =>
      [...voices].map(([number, voice]) => ({ speaker, number, cosine: dot(speaker.voice, voice) })),
    )
    .sort((a, b) => b.cosine - a.cosine);
}

/** Where there are as many voices as may be, the number of the one that is most alike of those left. */
function nearestOf(
  { voice }: FoundSpeaker,
  voices: ReadonlyMap<number, Float32Array>,
  isFree: (number: number) => boolean,
): number | undefined {
  const free = [...voices].filter(([number]) => isFree(number));
  return free.sort(([, a], [, b]) => dot(voice, b) - dot(voice, a))[0]?.[0];
}

function lowest(isFree: (number: number) => boolean): number {
  let number = 0;
  while (!isFree(number)) number++;
  return number;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
