/**
 * How far apart two sound spellings are, relative to their weight: 0 if they are the same, about 1 if they have
 * nothing in common. Vowels count less than consonants, and sounds that are formed alike are near each other.
 * Distances of `limit` and more may come out as infinity.
 */
export function soundDistance(
  one: Pick<Sounds, 'codes' | 'weight'>,
  other: Sounds,
  limit = Infinity,
): number {
  const whole = Math.max(1, (one.weight + other.weight) / 2);
  return editDistance(one, other, limit * whole) / whole;
}

/** A sound spelling, prepared for comparison. */
export interface Sounds {
  readonly codes: Uint8Array;
  /** The cost of leaving out all of it. */
  readonly weight: number;
  /** For each place, the cost of leaving out everything from there on. */
  readonly rests: Float64Array;
}

/** Prepares the result of `soundSpelling`. */
export function soundsOf(spelling: string): Sounds {
  const codes = Uint8Array.from(spelling, (letter) => Math.max(0, LETTERS.indexOf(letter)));
  const rests = new Float64Array(codes.length + 1);
  for (let place = codes.length - 1; place >= 0; place--)
    rests[place] = (rests[place + 1] as number) + (OMISSION[codes[place] as number] as number);
  return { codes, weight: rests[0] as number, rests };
}

const LETTERS = 'aeiouYhwnmlrbdfgkpstvzSCJT';

/** The edit distance. Fills in only cells from which the end can still be reached below the limit: mostly these are few. */
function editDistance(
  { codes: one, weight }: Pick<Sounds, 'codes' | 'weight'>,
  { codes: other, rests }: Sounds,
  limit: number,
): number {
  const width = other.length;
  const most = limit + ROUNDING;
  let [previous, current] = rowsFor(width + 1);
  for (let j = 0; j <= width; j++) previous[j] = (rests[0] as number) - (rests[j] as number);
  let [first, behind] = [0, width + 1];
  let rest = weight;
  for (const code of one) {
    const omission = OMISSION[code] as number;
    rest -= omission;
    let [next, last] = [-1, -1];
    let before = Infinity;
    for (let j = first; j <= width && (j <= behind || before < Infinity); j++) {
      let best = j < behind ? (previous[j] as number) + omission : Infinity;
      if (j > 0) {
        const against = other[j - 1] as number;
        best = Math.min(best, before + (OMISSION[against] as number));
        if (j > first && j <= behind)
          best = Math.min(
            best,
            (previous[j - 1] as number) + (REPLACEMENT[code * LETTERS.length + against] as number),
          );
      }
      // Replacing a sound costs at least the difference of the two omissions, so the rest costs at least the sum of
      // these.
      before = best + Math.abs(rest - (rests[j] as number)) < most ? best : Infinity;
      current[j] = before;
      if (before === Infinity) continue;
      if (next < 0) next = j;
      last = j;
    }
    if (next < 0) return Infinity;
    [first, behind] = [next, last + 1];
    [previous, current] = [current, previous];
  }
  return behind > width ? (previous[width] as number) : Infinity;
}

const ROUNDING = 1e-9;

/** Two rows of the table. They are reused, since thousands of words are compared with each phrase. */
function rowsFor(length: number): [Float64Array, Float64Array] {
  if (rows[0].length < length) rows = [new Float64Array(2 * length), new Float64Array(2 * length)];
  return [...rows];
}

let rows: [Float64Array, Float64Array] = [new Float64Array(64), new Float64Array(64)];

const isVowel = (letter: string) => 'aeiou'.includes(letter);

/** The cost of a sound that is heard too many or too few. */
const OMISSION = Float64Array.from(LETTERS, (letter) => {
  if (isVowel(letter) || 'hwY'.includes(letter)) return 0.4;
  return 'nmlr'.includes(letter) ? 0.75 : 0.9;
});

/** The cost of a consonant that is heard in place of another that is formed alike. */
const ALIKE: Readonly<Record<string, number>> = {
  zs: 0.3,
  bp: 0.4,
  dt: 0.4,
  gk: 0.4,
  vf: 0.4,
  JC: 0.4,
  Tt: 0.4,
  Tf: 0.4,
  SC: 0.4,
  Ss: 0.4,
  SJ: 0.4,
  Jg: 0.4,
  mn: 0.4,
  Td: 0.5,
  Ts: 0.5,
  Ck: 0.5,
  Ct: 0.5,
  Jz: 0.5,
  wv: 0.5,
  zS: 0.5,
  lr: 0.6,
  bv: 0.6,
  wl: 0.6,
  Jd: 0.6,
  wr: 0.7,
  nl: 0.7,
  kt: 0.7,
  pt: 0.7,
  sk: 0.8,
};

const REPLACEMENT = Float64Array.from({ length: LETTERS.length ** 2 }, (_, place) => {
  const one = LETTERS[Math.floor(place / LETTERS.length)] ?? '';
  const other = LETTERS[place % LETTERS.length] ?? '';
  if (one === other) return 0;
  if (isVowel(one) && isVowel(other)) return 0.3;
  if (isVowel(one) || isVowel(other)) return 1.2;
  return ALIKE[one + other] ?? ALIKE[other + one] ?? 1;
});
