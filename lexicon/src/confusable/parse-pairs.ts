/**
 * Reads a pair of names a line, with a tab between them; `#` begins a line that is no pair.
 *
 * @throws where a line has not two names
 */
export function parsePairs(table: string): (readonly [string, string])[] {
  const lines = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [first, second, ...rest] = line.split('\t');
    if (!first || !second || rest.length > 0) throw new Error(`"${line}" is no pair. Write two names with a tab between them.`);
    return [first, second];
  });
}
