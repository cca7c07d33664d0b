import { LRUCache } from 'lru-cache';
import { heardStatements } from '../text/kept-meaning/statements.js';
import { textReading } from '../text/kept-meaning/text-reading.js';

/** What is voted on: a word as one hearing heard it. */
export interface VotedWord extends Ballot {
  readonly text: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** The number of the hearing. */
  readonly hearing: number;
}

/** What a word counts as in a vote. */
export interface Ballot {
  /** The same for words that count as the same: without case and punctuation. */
  readonly key: string;
  /** Whether it is a number, part of one, or a negation. */
  readonly says: boolean;
}

/** What each hearing heard in one place; undefined for those that heard nothing there. */
export type WordSlot<Heard extends VotedWord> = readonly (Heard | undefined)[];

/** A word that was voted for. */
export interface ElectedWord<Heard extends VotedWord> {
  readonly word: Heard;
  /** The mean over all hearings, with 0 for those that heard another. */
  readonly confidence: number;
  readonly slot: WordSlot<Heard>;
}

/**
 * Votes on aligned words. Each place is voted on by itself, except around numbers and negations, where all words are
 * taken from one hearing, so that no number results that no hearing heard (docs/decisions/0061).
 */
export function electWords<Heard extends VotedWord>(
  slots: readonly WordSlot<Heard>[],
  hearings: number,
): ElectedWord<Heard>[] {
  const runs = runsOf(slots).map(({ slots: run, saying }) =>
    saying.length > 0 ? electTogether(run, saying, hearings) : run.flatMap((slot) => elect(slot, hearings)),
  );
  const elected = runs.flat();
  const said = runs.map(readingOf).join('');
  // Numbers may have been joined where the words between them were voted out, or one that all heard may have two
  // places.
  const isSame = readingOf(elected) === said && (agreedReading(slots, hearings) ?? said) === said;
  return isSame ? elected : electTogether(slots, slots, hearings);
}

type AnySlot = WordSlot<VotedWord>;

/** The numbers and negations that all hearings heard; undefined where they differ. */
function agreedReading(slots: readonly AnySlot[], hearings: number): string | undefined {
  const [reading, ...others] = Array.from({ length: hearings }, (_, hearing) =>
    textReading(slots.flatMap((slot) => slot[hearing]?.text ?? [])),
  );
  return others.every((other) => other === reading) ? reading : undefined;
}

/** The ballot of a word. */
export function ballotOf(text: string): Ballot {
  return { key: keyOf(text), says: saysSomething(text) };
}

function keyOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}'-]/gu, '') || text;
}

/** Whether a word by itself is a number, a part of one, or a negation. */
export function saysSomething(text: string): boolean {
  const known = SAYING.get(text);
  if (known !== undefined) return known;
  const says = heardStatements([text]).length > 0;
  SAYING.set(text, says);
  return says;
}

/** As many different words as some hours of speech hold. */
const SAYING = new LRUCache<string, boolean>({ max: 10_000 });

/** The weight of the vote of a hearing that heard nothing in a place (`accuracy --whole --hearings 4`). */
const NOTHING_HEARD = 0.6;

/**
 * How many words of a hearing are taken together with a number or a negation: `minus` and `point` before it, its unit
 * after it, and what may stand between the parts of a number, as in `two and a half`.
 */
const BESIDE = { before: 1, behind: 2 } as const;

/** Places in a row. */
interface Run<Heard extends VotedWord> {
  readonly slots: readonly WordSlot<Heard>[];
  /** The places among them where some hearing heard a number or a negation. */
  readonly saying: readonly WordSlot<Heard>[];
}

function runsOf<Heard extends VotedWord>(slots: readonly WordSlot<Heard>[]): Run<Heard>[] {
  const isSaying = slots.map((slot) => slot.some((word) => word?.says));
  const isBound = boundPlaces(slots);
  const runs: Run<Heard>[] = [];
  let from = 0;
  for (let at = 1; at <= slots.length; at += 1) {
    if (isBound[at] === isBound[from]) continue;
    runs.push({
      slots: slots.slice(from, at),
      saying: slots.filter((_, index) => index >= from && index < at && isSaying[index]),
    });
    from = at;
  }
  return runs;
}

/**
 * For each place, whether it belongs to a number or a negation of some hearing, which may have heard nothing in it.
 */
function boundPlaces(slots: readonly AnySlot[]): boolean[] {
  const isBound = slots.map(() => false);
  const width = Math.max(0, ...slots.map(({ length }) => length));
  for (let hearing = 0; hearing < width; hearing += 1) {
    const places = [...slots.keys()].filter((at) => slots[at]?.[hearing] !== undefined);
    for (const [index, place] of places.entries()) {
      if (slots[place]?.[hearing]?.says !== true) continue;
      const first = places[Math.max(0, index - BESIDE.before)] ?? place;
      const last = places[Math.min(places.length - 1, index + BESIDE.behind)] ?? place;
      isBound.fill(true, first, last + 1);
    }
  }
  return isBound;
}

/** The word with the most votes, in the spelling of the first hearing that heard it; none for nothing. */
function elect<Heard extends VotedWord>(slot: WordSlot<Heard>, hearings: number): ElectedWord<Heard>[] {
  const votes = votesOf(slot, hearings);
  const [[key, most]] = [...votes].sort(([, a], [, b]) => b - a) as [[string | undefined, number]];
  const word = slot.find((candidate) => candidate !== undefined && candidate.key === key);
  return word ? [{ word, confidence: most / hearings, slot }] : [];
}

/**
 * All that one hearing heard in these places. The hearings are grouped by the numbers and negations that they heard;
 * of the group that is surest together, the one whose words have the most votes is taken.
 */
function electTogether<Heard extends VotedWord>(
  slots: readonly WordSlot<Heard>[],
  saying: readonly WordSlot<Heard>[],
  hearings: number,
): ElectedWord<Heard>[] {
  const ballots = slots.map((slot) => votesOf(slot, hearings));
  const readings = new Map<string, number>();
  const candidates = Array.from({ length: hearings }, (_, hearing) => {
    const words = slots.flatMap((slot, at) => {
      const word = slot[hearing];
      return word ? [{ word, confidence: (ballots[at]?.get(word.key) ?? 0) / hearings, slot }] : [];
    });
    const reading = readingOf(words);
    const sure = mean(saying.map((slot) => slot[hearing]?.confidence ?? NOTHING_HEARD));
    readings.set(reading, (readings.get(reading) ?? 0) + sure);
    const votes = mean(slots.map((slot, at) => ballots[at]?.get(slot[hearing]?.key) ?? 0));
    return { words, reading, votes };
  });
  const [best] = candidates.sort(
    (a, b) => (readings.get(b.reading) ?? 0) - (readings.get(a.reading) ?? 0) || b.votes - a.votes,
  );
  return best?.words ?? [];
}

function votesOf(slot: AnySlot, hearings: number): Map<string | undefined, number> {
  const votes = new Map<string | undefined, number>();
  for (let hearing = 0; hearing < hearings; hearing += 1) {
    const word = slot[hearing];
    votes.set(word?.key, (votes.get(word?.key) ?? 0) + (word?.confidence ?? NOTHING_HEARD));
  }
  return votes;
}

/** The numbers and negations of words, in order. */
function readingOf(elected: readonly ElectedWord<VotedWord>[]): string {
  return textReading(elected.map(({ word }) => word.text));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
