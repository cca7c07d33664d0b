/** Whether the tries so far show that it takes too long. */
export function isOver(spent: readonly number[], budgetMs: number): boolean {
  return median(spent) > budgetMs;
}

/** The median of the tries. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0;
}
