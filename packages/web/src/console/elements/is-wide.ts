/** Whether there is room to show at once what is folded on a phone. */
export function isWide(): boolean {
  return matchMedia('(width >= 48rem)').matches;
}
