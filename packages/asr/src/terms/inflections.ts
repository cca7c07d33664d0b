/** Whether two words or phrases are forms of one word: they differ only in an ending. */
export function areInflections(one: string, other: string): boolean {
  let common = 0;
  while (common < one.length && one[common] === other[common]) common++;
  return common >= SHORTEST_STEM && ENDINGS.has(one.slice(common)) && ENDINGS.has(other.slice(common));
}

const SHORTEST_STEM = 4;

const ENDINGS: ReadonlySet<string> = new Set([
  '',
  's',
  'es',
  'd',
  'ed',
  'ing',
  'ly',
  'al',
  'ally',
  'y',
  'ies',
  'ion',
  'ions',
  'ic',
  'ics',
  't',
  'ts',
  'ce',
  'cy',
  'e',
  'a',
  'us',
  'i',
  'um',
  'is',
  'er',
  'ers',
  'or',
  'ive',
  'able',
  'ment',
  'ness',
]);
