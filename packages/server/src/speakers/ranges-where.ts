/** Ranges of the numbers from 0 to `count` for which `isMeant`, each as its first and last number. */
export function rangesWhere(count: number, isMeant: (index: number) => boolean): [number, number][] {
  const ranges: [number, number][] = [];
  for (let index = 0; index < count; index++) {
    if (!isMeant(index)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}
