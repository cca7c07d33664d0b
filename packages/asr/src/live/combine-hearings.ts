import type { FinalHypothesis, Word } from './live-transcription.js';
import { risingTimes } from './word-times.js';

/**
 * Votes word by word on what several hearings of the same audio heard, after ROVER (Fiscus, "A post-processing system
 * to yield reduced word error rates", 1997): a word counts as much as its hearings were sure of it. Finals are cut as
 * those of the first hearing are, and last from their first to their last word; words and finals come in the order of
 * time, and none begins before the one before has ended. A word's confidence is the mean over all hearings, with 0 for
 * those that heard another. `hearings` holds the finals of each in the order of time.
 */
export function* combineHearings(
  hearings: readonly (readonly FinalHypothesis[])[],
): Generator<FinalHypothesis> {
  let sequence = 0;
  let last: Group | undefined;
  for (const stretch of stretchesOf(hearings)) {
    const elected = inOrder(vote(stretch, hearings.length), last?.words.at(-1)?.end ?? 0);
    for (const group of byFinal(elected, hearings[0] ?? [], last?.final)) {
      // An utterance goes on behind its own pauses.
      if (last?.final === group.final) last.words.push(...group.words);
      else {
        if (last) yield finalOf(last, sequence++);
        last = group;
      }
    }
  }
  if (last) yield finalOf(last, sequence);
}

/** A word as one hearing heard it. */
interface HeardWord extends Word {
  readonly hearing: number;
  readonly final: FinalHypothesis;
  readonly spaceBefore: boolean;
  /** What makes it the same word as another: neither case nor punctuation. */
  readonly key: string;
}

/** What each hearing heard in one place; undefined for those that heard nothing there. */
type Slot = readonly (HeardWord | undefined)[];

/** Silence in all hearings at which they are surely cut alike, seconds: times of words are right within 0.2 s. */
const COMMON_PAUSE_SECONDS = 0.4;

/** Words of all hearings that are aligned in one go at most, which takes time and memory by the square. */
const MOST_WORDS = 1000;

/** What a hearing that heard nothing in a place counts (`accuracy --whole --hearings 4`). */
const NOTHING_HEARD = 0.6;

/** Cuts what was heard where no hearing heard anything, so that each stretch can be voted on by itself. */
function* stretchesOf(hearings: readonly (readonly FinalHypothesis[])[]): Generator<readonly HeardWord[]> {
  const words = hearings
    .flatMap((finals, hearing) => finals.flatMap((final) => heardWords(final, hearing)))
    .sort((a, b) => a.start - b.start);
  let from = 0;
  let end = -Infinity;
  for (const [index, word] of words.entries()) {
    if (word.start - end >= COMMON_PAUSE_SECONDS || index - from >= MOST_WORDS) {
      if (index > from) yield words.slice(from, index);
      from = index;
    }
    end = Math.max(end, word.end);
  }
  if (from < words.length) yield words.slice(from);
}

function heardWords(final: FinalHypothesis, hearing: number): HeardWord[] {
  let at = 0;
  const spaced = isSpace(final.text) || final.words.length === 1;
  return final.words.map((word) => {
    const found = final.text.indexOf(word.text, at);
    // What stands before the first word depends on the word that comes to stand there: on the language.
    const spaceBefore = found > 0 ? isSpace(final.text.charAt(found - 1)) : spaced;
    at = found < 0 ? at : found + word.text.length;
    return { ...word, hearing, final, spaceBefore, key: keyOf(word.text) };
  });
}

function isSpace(text: string): boolean {
  return /\s/u.test(text);
}

function keyOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}'-]/gu, '') || text;
}

/** A word that was voted for. */
interface ElectedWord {
  readonly word: HeardWord;
  readonly confidence: number;
  /** Of the first hearing in this place; undefined where it heard nothing. */
  readonly first: FinalHypothesis | undefined;
  readonly start: number;
  readonly end: number;
}

function vote(stretch: readonly HeardWord[], hearings: number): ElectedWord[] {
  const slots = Array.from({ length: hearings }, (_, hearing) =>
    stretch.filter((word) => word.hearing === hearing),
  ).reduce<readonly Slot[]>(align, []);
  return slots.flatMap((slot) => {
    const elected = elect(slot, hearings);
    if (elected === undefined) return [];
    const { start, end } = elected.word;
    return [{ ...elected, first: slot[0]?.final, start, end }];
  });
}

/** The word with the most votes, in the spelling of the first hearing that heard it; undefined for none. */
function elect(slot: Slot, hearings: number): Pick<ElectedWord, 'word' | 'confidence'> | undefined {
  const votes = new Map<string | undefined, number>();
  for (let hearing = 0; hearing < hearings; hearing += 1) {
    const word = slot[hearing];
    votes.set(word?.key, (votes.get(word?.key) ?? 0) + (word?.confidence ?? NOTHING_HEARD));
  }
  const [[key, most]] = [...votes].sort(([, a], [, b]) => b - a) as [[string | undefined, number]];
  const word = slot.find((candidate) => candidate !== undefined && candidate.key === key);
  return word && { word, confidence: most / hearings };
}

/** Adds a hearing to those aligned before, with the fewest words that differ. */
function align(slots: readonly Slot[], words: readonly HeardWord[], hearing: number): Slot[] {
  const nobody: Slot = new Array<undefined>(hearing).fill(undefined);
  const width = words.length + 1;
  const costs = alignmentCosts(slots, words);
  const aligned: Slot[] = [];
  let row = slots.length;
  let column = words.length;
  while (row > 0 || column > 0) {
    const slot = slots[row - 1];
    const word = words[column - 1];
    const cost = costs[row * width + column] ?? 0;
    if (slot && word && cost === (costs[(row - 1) * width + column - 1] ?? 0) + mismatch(slot, word)) {
      aligned.push([...slot, word]);
      row -= 1;
      column -= 1;
    } else if (slot && cost === (costs[(row - 1) * width + column] ?? 0) + 1) {
      aligned.push([...slot, undefined]);
      row -= 1;
    } else {
      aligned.push([...nobody, word]);
      column -= 1;
    }
  }
  return aligned.reverse();
}

/** The edit distance between all beginnings, [slots + 1, words + 1]. */
function alignmentCosts(slots: readonly Slot[], words: readonly HeardWord[]): Uint16Array {
  const width = words.length + 1;
  const costs = new Uint16Array((slots.length + 1) * width);
  for (let column = 1; column < width; column += 1) costs[column] = column;
  for (const [index, slot] of slots.entries()) {
    const row = (index + 1) * width;
    costs[row] = index + 1;
    for (const [before, word] of words.entries()) {
      const above = row - width + before;
      costs[row + before + 1] = Math.min(
        (costs[above] ?? 0) + mismatch(slot, word),
        (costs[above + 1] ?? 0) + 1,
        (costs[row + before] ?? 0) + 1,
      );
    }
  }
  return costs;
}

function mismatch(slot: Slot, { key }: HeardWord): 0 | 1 {
  return slot.some((other) => other?.key === key) ? 0 : 1;
}

/**
 * Hearings do not agree about the moment of a word, and words that stand next to each other are of different ones. Their
 * middles come into order as `risingTimes` brings them there, and where two words overlap, they meet in between. None
 * begins before `from`, seconds.
 */
function inOrder(elected: readonly ElectedWord[], from: number): ElectedWord[] {
  const middles = risingTimes(elected.map(({ start, end }) => (start + end) / 2)).map((middle) =>
    Math.max(from, middle),
  );
  const meets = middles.slice(1).map((middle, index) => {
    const before = middles[index] ?? middle;
    const [one, next] = [elected[index], elected[index + 1]];
    return Math.min(middle, Math.max(before, ((one?.end ?? before) + (next?.start ?? middle)) / 2));
  });
  return elected.map((word, index) => {
    const middle = middles[index] ?? word.start;
    // One that was moved is as long where it comes to be.
    const moved = middle - (word.start + word.end) / 2;
    const earliest = Math.max(word.start + moved, meets[index - 1] ?? from);
    const latest = Math.min(word.end + moved, meets[index] ?? Infinity);
    return { ...word, start: Math.min(earliest, middle), end: Math.max(latest, middle) };
  });
}

/** What becomes a final: the words of an utterance, and the hypothesis that it is cut as. */
interface Group {
  readonly final: FinalHypothesis;
  readonly words: ElectedWord[];
}

/**
 * Words of the first hearing stay in their finals. One that it missed goes with the word before it or into a final that
 * is there, and where there is none, with those around it that it missed, too. `before` is the final of the words before.
 */
function byFinal(
  elected: readonly ElectedWord[],
  firsts: readonly FinalHypothesis[],
  before: FinalHypothesis | undefined,
): Group[] {
  const groups: Group[] = [];
  let current = before;
  for (const word of elected) {
    current =
      word.first ?? [current, ...firsts].find((final) => final && reaches(final, word)) ?? word.word.final;
    const last = groups.at(-1);
    if (last?.final === current) last.words.push(word);
    else groups.push({ final: current, words: [word] });
  }
  return groups;
}

/** Whether a final goes as far as a word that another hearing heard. */
function reaches(final: FinalHypothesis, { start, end }: ElectedWord): boolean {
  const middle = (start + end) / 2;
  return middle > final.start - COMMON_PAUSE_SECONDS && middle < final.end + COMMON_PAUSE_SECONDS;
}

function finalOf({ final, words }: Group, sequence: number): FinalHypothesis {
  const [start, end] = [words.at(0)?.start ?? final.start, words.at(-1)?.end ?? final.end];
  return { ...final, ...textOf(words), start, end, sequence };
}

function textOf(elected: readonly ElectedWord[]): Pick<FinalHypothesis, 'text' | 'words' | 'confidence'> {
  const words = elected.map(({ word: { text, alternatives, doubtful }, start, end, confidence }) => ({
    text,
    start,
    end,
    confidence,
    ...(alternatives ? { alternatives } : {}),
    ...(doubtful ? { doubtful } : {}),
  }));
  const spelled = elected.map(({ word }, index) =>
    index > 0 && word.spaceBefore ? ` ${word.text}` : word.text,
  );
  const confidence = words.reduce((sum, word) => sum + word.confidence, 0) / words.length;
  return { text: spelled.join(''), words, confidence };
}
