/** The groups in a column that holds them as a JSON array of names. */
export function groupsOf(column: string): string[] {
  return JSON.parse(column) as string[];
}
