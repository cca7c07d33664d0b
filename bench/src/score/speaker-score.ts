import { alignWords, countWordErrors } from './word-errors.js';

/** What one speaker said without a break. */
export interface SpokenTurn {
  readonly speaker: string;
  readonly text: string;
}

/** When one speaker spoke without a break, seconds. */
export interface TimedTurn {
  readonly speaker: string;
  readonly start: number;
  readonly end: number;
}

/** A word that was heard, and to whom it was given. */
export interface LabelledWord {
  readonly text: string;
  readonly speaker: number | undefined;
}

/** How well the words of one recording were given to their speakers, under the best mapping of labels to speakers. */
export interface SpeakerScore {
  /** Words that were recognised, and those of them that were given to their speaker. */
  readonly recognised: number;
  readonly right: number;
  /** Word errors where the words of each speaker are compared with those of the label mapped to them (cpWER). */
  readonly speakerErrors: number;
  readonly spoken: number;
  /** For each heard word, whether it is given to its speaker; undefined where it was not recognised. */
  readonly isRight: readonly (boolean | undefined)[];
}

/** Aligns what was heard with what was said, and compares the speakers of words that are the same. */
export function scoreSpeakers(turns: readonly SpokenTurn[], heard: readonly LabelledWord[]): SpeakerScore {
  const said = turns.flatMap(({ speaker, text }) => plainWords(text).map((word) => ({ word, speaker })));
  const got = heard.flatMap(({ text, speaker }, place) =>
    plainWords(text).map((word) => ({ word, label: speaker ?? NOBODY, place })),
  );
  const speakers = [...new Set(said.map(({ speaker }) => speaker))];
  const labels = [...new Set(got.map(({ label }) => label))];
  const pairs = alignWords(
    said.map(({ word }) => word),
    got.map(({ word }) => word),
  ).flatMap(({ reference, hypothesis }) => {
    const [one, other] = [said[reference ?? -1], got[hypothesis ?? -1]];
    return one && one.word === other?.word ? [{ ...one, ...other }] : [];
  });
  const isRight = heard.map((): boolean | undefined => undefined);
  for (const { place, isOwn } of judged(pairs)) isRight[place] = isOwn;
  const errors = bestMapping(
    speakers.map((speaker) =>
      labels.map((label) => {
        const own = got.flatMap((word) => (word.label === label ? [word.word] : []));
        return own.length - editsBetween(wordsOf(said, speaker), own);
      }),
    ),
  );
  const missed = speakers.reduce((sum, speaker, at) => {
    const label = labels[errors[at] ?? -1];
    const own = got.flatMap((word) => (word.label === label ? [word.word] : []));
    return sum + editsBetween(wordsOf(said, speaker), own);
  }, 0);
  const unmapped = got.filter(({ label }) => !errors.some((at) => labels[at ?? -1] === label)).length;
  return {
    recognised: pairs.length,
    right: judged(pairs).filter(({ isOwn }) => isOwn).length,
    speakerErrors: missed + unmapped,
    spoken: said.length,
    isRight,
  };
}

/** Compares the speakers of heard words with those who spoke at the time, or next to it; no words are compared. */
export function scoreSpeakersByTime(
  turns: readonly TimedTurn[],
  heard: readonly (LabelledWord & { readonly start: number; readonly end: number })[],
): SpeakerScore {
  const distance = ({ start, end }: TimedTurn, time: number) => Math.max(0, start - time, time - end);
  const pairs = heard.flatMap(({ start, end, speaker }, place) => {
    const middle = (start + end) / 2;
    const [nearest] = turns.toSorted((a, b) => distance(a, middle) - distance(b, middle));
    return nearest ? [{ speaker: nearest.speaker, label: speaker ?? NOBODY, place }] : [];
  });
  const isRight = heard.map((): boolean | undefined => undefined);
  for (const { place, isOwn } of judged(pairs)) isRight[place] = isOwn;
  const right = isRight.filter((own) => own === true).length;
  return { recognised: pairs.length, right, speakerErrors: 0, spoken: 0, isRight };
}

/** A word that somebody said, and the label that it got. */
interface LabelledPair {
  readonly speaker: string;
  readonly label: number;
  readonly place: number;
}

/** Whether each has the label of its speaker, under the mapping by which most have. */
function judged(pairs: readonly LabelledPair[]): readonly (LabelledPair & { readonly isOwn: boolean })[] {
  const speakers = [...new Set(pairs.map(({ speaker }) => speaker))];
  const labels = [...new Set(pairs.map(({ label }) => label))];
  const table = speakers.map(() => labels.map(() => 0));
  for (const { speaker, label } of pairs) {
    const row = table[speakers.indexOf(speaker)];
    const column = labels.indexOf(label);
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  const mapping = bestMapping(table);
  return pairs.map((pair) => ({
    ...pair,
    isOwn: labels[mapping[speakers.indexOf(pair.speaker)] ?? -1] === pair.label,
  }));
}

/** The label of words that have none. */
const NOBODY = -1;

function wordsOf(
  said: readonly { readonly word: string; readonly speaker: string }[],
  speaker: string,
): string[] {
  return said.flatMap((word) => (word.speaker === speaker ? [word.word] : []));
}

function editsBetween(reference: readonly string[], heard: readonly string[]): number {
  const { substitutions, deletions, insertions } = countWordErrors(reference, heard);
  return substitutions + deletions + insertions;
}

/** Lower case, without marks; compounds are parted. */
function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s-]+/u)
    .map((word) => word.replace(/[^a-z0-9']/gu, ''))
    .filter((word) => word !== '');
}

/** For each row, a column of its own, so that the sum is the largest; undefined for a row that gets none. */
function bestMapping(table: readonly (readonly number[])[]): readonly (number | undefined)[] {
  return bestFrom(table, 0, new Set()).columns;
}

function bestFrom(
  table: readonly (readonly number[])[],
  at: number,
  taken: ReadonlySet<number>,
): { readonly sum: number; readonly columns: readonly (number | undefined)[] } {
  const row = table[at];
  if (!row) return { sum: 0, columns: [] };
  const without = bestFrom(table, at + 1, taken);
  let best: { sum: number; columns: readonly (number | undefined)[] } = {
    sum: without.sum,
    columns: [undefined, ...without.columns],
  };
  for (const [column, value] of row.entries()) {
    if (taken.has(column)) continue;
    const rest = bestFrom(table, at + 1, new Set([...taken, column]));
    if (value + rest.sum > best.sum) best = { sum: value + rest.sum, columns: [column, ...rest.columns] };
  }
  return best;
}
