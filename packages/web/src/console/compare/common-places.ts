/** A place in each of two sequences where they have the same. */
export interface CommonPlace {
  readonly before: number;
  readonly after: number;
}

/** The places of a longest common subsequence. */
export function commonPlaces(before: readonly string[], after: readonly string[]): readonly CommonPlace[] {
  const start = countSame(before, after, (index) => [index, index]);
  const rest = Math.min(before.length, after.length) - start;
  const end = Math.min(
    rest,
    countSame(before, after, (index) => [before.length - 1 - index, after.length - 1 - index]),
  );
  const middle = between(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  ).map((place) => ({ before: place.before + start, after: place.after + start }));
  return [
    ...Array.from({ length: start }, (_, index) => ({ before: index, after: index })),
    ...middle,
    ...Array.from({ length: end }, (_, index) => ({
      before: before.length - end + index,
      after: after.length - end + index,
    })),
  ];
}

/** How many are the same from one end on. */
function countSame(
  before: readonly string[],
  after: readonly string[],
  placesOf: (index: number) => readonly [number, number],
): number {
  const most = Math.min(before.length, after.length);
  for (let index = 0; index < most; index++) {
    const [first, second] = placesOf(index);
    if (before[first] !== after[second]) return index;
  }
  return most;
}

/** Above this, what differs is shown as replaced as a whole, since the table would take too long. */
const LARGEST_TABLE = 4_000_000;

function between(before: readonly string[], after: readonly string[]): readonly CommonPlace[] {
  const width = after.length + 1;
  if (before.length === 0 || after.length === 0 || before.length * width > LARGEST_TABLE) return [];
  const longest = new Uint16Array((before.length + 1) * width);
  const at = (first: number, second: number): number => longest[first * width + second] ?? 0;
  for (let first = before.length - 1; first >= 0; first--)
    for (let second = after.length - 1; second >= 0; second--)
      longest[first * width + second] =
        before[first] === after[second]
          ? at(first + 1, second + 1) + 1
          : Math.max(at(first + 1, second), at(first, second + 1));
  const places: CommonPlace[] = [];
  let [first, second] = [0, 0];
  while (first < before.length && second < after.length) {
    if (before[first] === after[second]) places.push({ before: first++, after: second++ });
    else if (at(first + 1, second) >= at(first, second + 1)) first++;
    else second++;
  }
  return places;
}
