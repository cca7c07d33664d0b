import { averageLinkage } from './average-linkage.js';
import type { FoundingWindows } from './founding-windows.js';

/** Windows in parts that are alike, of which each speaker has one or several. */
export interface VoiceParts {
  /** The window at this place is new. */
  readonly added: (place: number) => void;
  /** The number of each window's part. */
  current(): Int32Array;
}

/** Parts the windows anew once enough of them are new; until then, each new one goes to the part that it is most like. */
export function createVoiceParts(founding: FoundingWindows): VoiceParts {
  let parts: number[] = [];
  let added: number[] = [];
  let addedSince = 0;
  let scratch = new Float32Array(0);

  const anew = () => {
    const pairs = founding.windows.length ** 2;
    if (scratch.length < pairs) scratch = new Float32Array(2 * pairs);
    parts = [...averageLinkage(founding, PART_BELOW, scratch)];
    addedSince = 0;
  };

  return {
    added(place) {
      added.push(place);
    },
    current() {
      const count = founding.windows.length;
      addedSince += added.length;
      if (count < FEW || addedSince > count * MUCH_NEW) anew();
      else for (const place of added) parts[place] = nearestPart(place, parts, founding);
      added = [];
      return compact(parts);
    },
  };
}

/** The cosine below which windows are parted (bench `speakers`). */
const PART_BELOW = 0.45;

/** So few windows are parted anew each time: it takes less than a millisecond. */
const FEW = 150;

/** The share of new windows from which on all are parted anew. */
const MUCH_NEW = 0.1;

/** The part whose windows are, on average, most like a window, or a new one. */
function nearestPart(
  place: number,
  parts: readonly number[],
  { likeness, stride }: Pick<FoundingWindows, 'likeness' | 'stride'>,
): number {
  const size = Math.max(-1, ...parts) + 1;
  const sums = new Float64Array(size);
  const counts = new Int32Array(size);
  for (let other = 0; other < parts.length; other++) {
    if (other === place) continue;
    const part = parts[other] as number;
    sums[part] = (sums[part] as number) + (likeness[place * stride + other] as number);
    counts[part] = (counts[part] as number) + 1;
  }
  let best = size;
  let most: number = PART_BELOW;
  for (let part = 0; part < size; part++) {
    const mean = (sums[part] as number) / (counts[part] as number);
    if (mean >= most) {
      most = mean;
      best = part;
    }
  }
  return best;
}

/** Numbers without gaps. */
function compact(parts: readonly number[]): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(parts, (part) => {
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return number;
  });
}
