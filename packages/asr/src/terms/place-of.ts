/** The place of the first of ascending values that is not below `value`. */
export function placeOf(value: number, values: Uint32Array | Float64Array): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((values[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
