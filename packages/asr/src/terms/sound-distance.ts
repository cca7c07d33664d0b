/**
 * How far two sound spellings are apart, as a share of what is in them: 0 for the same, about 1 for words that have
 * nothing in common. Vowels count less than consonants, and sounds that are made alike are near. Distances of `limit` and
 * more may come out as infinity.
 */
export function soundDistance(one: Sounds, other: Sounds, limit = Infinity): number {
  const whole = Math.max(1, (one.weight + other.weight) / 2);
  return editDistance(one.codes, other.codes, limit * whole) / whole;
}

/** A sound spelling that is ready to be compared. */
export interface Sounds {
  readonly codes: Uint8Array;
  /** What leaving all of it out costs. */
  readonly weight: number;
}

/** Takes what `soundSpelling` makes. */
export function soundsOf(spelling: string): Sounds {
  const codes = Uint8Array.from(spelling, (letter) => Math.max(0, LETTERS.indexOf(letter)));
  return { codes, weight: codes.reduce((sum, code) => sum + (OMISSION[code] ?? 1), 0) };
}

const LETTERS = 'aeiouYhwnmlrbdfgkpstvzSCJT';

function editDistance(one: Uint8Array, other: Uint8Array, limit: number): number {
  let [previous, current] = rowsFor(other.length + 1);
  previous[0] = 0;
  for (let j = 1; j <= other.length; j++)
    previous[j] = (previous[j - 1] as number) + (OMISSION[other[j - 1] as number] as number);
  for (const code of one) {
    const omission = OMISSION[code] as number;
    const row = code * LETTERS.length;
    current[0] = (previous[0] as number) + omission;
    let least = current[0];
    for (let j = 1; j <= other.length; j++) {
      const against = other[j - 1] as number;
      const replaced = (previous[j - 1] as number) + (REPLACEMENT[row + against] as number);
      const left = (previous[j] as number) + omission;
      const added = (current[j - 1] as number) + (OMISSION[against] as number);
      const best = Math.min(replaced, left, added);
      current[j] = best;
      if (best < least) least = best;
    }
    if (least >= limit) return Infinity;
    [previous, current] = [current, previous];
  }
  return previous[other.length] as number;
}

/** Two rows of the table, which are used again: thousands of words are compared for each phrase. */
function rowsFor(length: number): [Float64Array, Float64Array] {
  if (rows[0].length < length) rows = [new Float64Array(2 * length), new Float64Array(2 * length)];
  return [...rows];
}

let rows: [Float64Array, Float64Array] = [new Float64Array(64), new Float64Array(64)];

const isVowel = (letter: string) => 'aeiou'.includes(letter);

/** What it costs to hear a sound too many or too few. */
const OMISSION = Float64Array.from(LETTERS, (letter) => {
  if (isVowel(letter) || 'hwY'.includes(letter)) return 0.4;
  return 'nmlr'.includes(letter) ? 0.75 : 0.9;
});

/** What it costs to hear one consonant for another, where they are made alike. */
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
