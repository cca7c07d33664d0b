/** The index of the first of the ascending `values` that is at least `value`; their number if none is. */
export function lowerBound(value: number, values: Uint32Array | Float64Array): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((values[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
