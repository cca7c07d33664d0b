import type { FoundingWindows } from './founding-windows.js';

/**
 * Parts windows into clusters by average linkage: two clusters become one as long as their windows are, on average, more alike
 * than `least`. Gives the number of each window's cluster. Follows chains of nearest neighbours, in time that grows with the
 * square of the windows.
 *
 * @param scratch space for as many numbers as there are pairs of windows
 */
export function averageLinkage(
  { windows, likeness, stride }: Pick<FoundingWindows, 'windows' | 'likeness' | 'stride'>,
  least: number,
  scratch: Float32Array = new Float32Array(windows.length ** 2),
): Int32Array {
  const count = windows.length;
  const alike = scratch;
  for (let row = 0; row < count; row++)
    alike.set(likeness.subarray(row * stride, row * stride + count), row * count);
  const sizes = new Int32Array(count).fill(1);
  const joined = Int32Array.from({ length: count }, (_, place) => place);
  const active = Array.from({ length: count }, (_, place) => place);
  const chain: number[] = [];

  while (active.length > 1 || chain.length > 0) {
    const tip = chain.at(-1) ?? active[0] ?? 0;
    if (chain.length === 0) chain.push(tip);
    const before = chain.at(-2);
    const { place: next, cosine } = nearest(alike, count, active, tip, before);
    if (next === undefined || cosine < least) {
      // Nothing is near enough to it, nor will be: averages are never more alike than their parts.
      chain.pop();
      remove(active, tip);
      continue;
    }
    if (next !== before) {
      chain.push(next);
      continue;
    }
    chain.length -= 2;
    join(alike, count, active, sizes, next, tip);
    remove(active, tip);
    joined[tip] = next;
  }
  return numbered(joined);
}

function nearest(
  alike: Float32Array,
  count: number,
  active: readonly number[],
  tip: number,
  before: number | undefined,
): { readonly place: number | undefined; readonly cosine: number } {
  let place = before;
  let cosine = before === undefined ? -Infinity : (alike[tip * count + before] as number);
  const row = tip * count;
  for (const other of active) {
    const value = alike[row + other] as number;
    if (value > cosine && other !== tip) {
      cosine = value;
      place = other;
    }
  }
  return { place, cosine };
}

/** Makes `into` what it and `from` are together. */
function join(
  alike: Float32Array,
  count: number,
  active: readonly number[],
  sizes: Int32Array,
  into: number,
  from: number,
): void {
  const own = sizes[into] as number;
  const other = sizes[from] as number;
  const share = own / (own + other);
  for (const place of active) {
    const mean =
      share * (alike[into * count + place] as number) + (1 - share) * (alike[from * count + place] as number);
    alike[into * count + place] = mean;
    alike[place * count + into] = mean;
  }
  sizes[into] = own + other;
}

function remove(active: number[], place: number): void {
  const at = active.indexOf(place);
  active[at] = active.at(-1) as number;
  active.pop();
}

/** Numbers of clusters in the order of their first windows. */
function numbered(joined: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return joined.map((_, place) => {
    let root = place;
    while (joined[root] !== root) root = joined[root] as number;
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}
