import { electWords, saysSomething, type ElectedWord, type HeardWord, type WordSlot } from './elect-words.js';
import type { FinalHypothesis } from './live-transcription.js';
import { risingTimes } from './word-times.js';

/**
 * Votes word by word on what several hearings of the same audio heard, after ROVER (Fiscus, "A post-processing system
 * to yield reduced word error rates", 1997): a word weighs as much as its hearings were sure of it. Finals are cut as
 * those of the first hearing, and last from their first to their last word. Words and finals are in order of time,
 * and none begins before the one before has ended. A word's confidence is the mean over all hearings, with 0 for
 * those that heard another. `hearings` holds the finals of each in order of time.
 */
export function* combineHearings(
  hearings: readonly (readonly FinalHypothesis[])[],
): Generator<FinalHypothesis> {
  let sequence = 0;
  let last: Group | undefined;
  for (const stretch of stretchesOf(hearings)) {
    const elected = inOrder(vote(stretch, hearings.length), last?.words.at(-1)?.end ?? 0);
    for (const group of byFinal(elected, hearings[0] ?? [], last?.final)) {
      // An utterance goes on after its own pauses.
      if (last?.final === group.final) last.words.push(...group.words);
      else {
        if (last) yield finalOf(last, sequence++);
        last = group;
      }
    }
  }
  if (last) yield finalOf(last, sequence);
}

/**
 * All hearings can safely be cut at a silence that is this long in all of them, seconds: the times of words are right
 * within 0.2 s.
 */
const COMMON_PAUSE_SECONDS = 0.4;

/** The same beside a number or a negation, seconds: a number may go on after a pause as long as this. */
const PAUSE_WITHIN_NUMBERS_SECONDS = 3;

/** The most words of all hearings together that are aligned at once, which takes quadratic time and memory. */
const MOST_WORDS = 1000;

/** Cuts the words where no hearing heard anything, so that each stretch can be voted on by itself. */
function* stretchesOf(hearings: readonly (readonly FinalHypothesis[])[]): Generator<readonly HeardWord[]> {
  const words = hearings
    .flatMap((finals, hearing) => finals.flatMap((final) => heardWords(final, hearing)))
    .sort((a, b) => a.start - b.start);
  const pauses = pausesBefore(words);
  let from = 0;
  for (let index = 1; index < words.length; index += 1) {
    const isPause = (pauses[index] ?? 0) >= COMMON_PAUSE_SECONDS;
    if (!isPause && index - from < MOST_WORDS) continue;
    const to = isPause ? index : widestPause(pauses, from + MOST_WORDS / 2, index);
    yield words.slice(from, to);
    from = to;
  }
  if (from < words.length) yield words.slice(from);
}

/**
 * The silence before each word in all hearings, seconds, negative where somebody speaks. Between numbers or negations
 * near each other it counts less: one that some hearings heard a bit earlier than others would come out twice, or be
 * put together from parts that different hearings heard.
 */
function pausesBefore(words: readonly HeardWord[]): number[] {
  const saidFrom = new Array<number>(words.length).fill(Infinity);
  for (let index = words.length - 1, next = Infinity; index >= 0; index -= 1) {
    const word = words[index];
    if (word?.says) next = word.start;
    saidFrom[index] = next;
  }
  let end = -Infinity;
  let saidUntil = -Infinity;
  return words.map((word, index) => {
    const pause = word.start - end;
    const isWithin = (saidFrom[index] ?? Infinity) - saidUntil < PAUSE_WITHIN_NUMBERS_SECONDS;
    end = Math.max(end, word.end);
    if (word.says) saidUntil = Math.max(saidUntil, word.end);
    return isWithin ? pause - PAUSE_WITHIN_NUMBERS_SECONDS : pause;
  });
}

/** Where to cut speech that has no pause: at the longest between two of its words. */
function widestPause(pauses: readonly number[], from: number, to: number): number {
  let widest = to;
  for (let index = from; index < to; index += 1) {
    if ((pauses[index] ?? 0) > (pauses[widest] ?? 0)) widest = index;
  }
  return widest;
}

function heardWords(final: FinalHypothesis, hearing: number): HeardWord[] {
  let at = 0;
  const spaced = isSpace(final.text) || final.words.length === 1;
  return final.words.map((word) => {
    const found = final.text.indexOf(word.text, at);
    // Whether a space stands before the first word depends on that word, and so on the language.
    const spaceBefore = found > 0 ? isSpace(final.text.charAt(found - 1)) : spaced;
    at = found < 0 ? at : found + word.text.length;
    return { ...word, hearing, final, spaceBefore, key: keyOf(word.text), says: saysSomething(word) };
  });
}

function isSpace(text: string): boolean {
  return /\s/u.test(text);
}

function keyOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}'-]/gu, '') || text;
}

/** A word that was voted for, in its place. */
interface PlacedWord extends ElectedWord {
  readonly start: number;
  readonly end: number;
}

function vote(stretch: readonly HeardWord[], hearings: number): PlacedWord[] {
  const slots = Array.from({ length: hearings }, (_, hearing) =>
    stretch.filter((word) => word.hearing === hearing),
  ).reduce<readonly WordSlot[]>(align, []);
  return electWords(slots, hearings).map((elected) => {
    const { start, end } = elected.word;
    return { ...elected, start, end };
  });
}

/** Adds a hearing to those aligned already, with as few differing words as possible. */
function align(slots: readonly WordSlot[], words: readonly HeardWord[], hearing: number): WordSlot[] {
  const nobody: WordSlot = new Array<undefined>(hearing).fill(undefined);
  const width = words.length + 1;
  const costs = alignmentCosts(slots, words);
  const aligned: WordSlot[] = [];
  let row = slots.length;
  let column = words.length;
  while (row > 0 || column > 0) {
    const slot = slots[row - 1];
    const word = words[column - 1];
    const cost = costs[row * width + column] ?? 0;
    if (
      slot &&
      word &&
      cost === (costs[(row - 1) * width + column - 1] ?? 0) + mismatch(slot, saysOf(slot), word)
    ) {
      aligned.push([...slot, word]);
      row -= 1;
      column -= 1;
    } else if (slot && cost === (costs[(row - 1) * width + column] ?? 0) + lonely(slot)) {
      aligned.push([...slot, undefined]);
      row -= 1;
    } else {
      aligned.push([...nobody, word]);
      column -= 1;
    }
  }
  return aligned.reverse();
}

/** The edit distances between all prefixes, [slots + 1, words + 1]. */
function alignmentCosts(slots: readonly WordSlot[], words: readonly HeardWord[]): Uint16Array {
  const width = words.length + 1;
  const costs = new Uint16Array((slots.length + 1) * width);
  const added = words.map((word) => lonely([word]));
  for (let column = 1; column < width; column += 1) {
    costs[column] = (costs[column - 1] ?? 0) + (added[column - 1] ?? 0);
  }
  for (const [index, slot] of slots.entries()) {
    const row = (index + 1) * width;
    const left = lonely(slot);
    const says = saysOf(slot);
    costs[row] = (costs[row - width] ?? 0) + left;
    for (const [before, word] of words.entries()) {
      const above = row - width + before;
      costs[row + before + 1] = Math.min(
        (costs[above] ?? 0) + mismatch(slot, says, word),
        (costs[above + 1] ?? 0) + left,
        (costs[row + before] ?? 0) + (added[before] ?? 0),
      );
    }
  }
  return costs;
}

/**
 * What it costs that others heard nothing in a place. It is more for numbers and negations, which should be aligned
 * with other words.
 */
function lonely(slot: WordSlot): number {
  return saysOf(slot) ? SAYING_COST : 1;
}

function mismatch(slot: WordSlot, says: boolean, word: HeardWord): number {
  if (slot.some((other) => other?.key === word.key)) return 0;
  return says === word.says ? 1 : SAYING_COST;
}

function saysOf(slot: WordSlot): boolean {
  return slot.some((word) => word?.says === true);
}

/** How many other words a number or a negation counts for in an alignment. */
const SAYING_COST = 3;

/**
 * Hearings disagree about when a word was said, and neighbouring words may come from different ones. Their middles
 * are put in order by `risingTimes`, and two words that overlap meet in between. None begins before `from`, seconds.
 */
function inOrder(elected: readonly PlacedWord[], from: number): PlacedWord[] {
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
    // A word that was moved keeps its length.
    const moved = middle - (word.start + word.end) / 2;
    const earliest = Math.max(word.start + moved, meets[index - 1] ?? from);
    const latest = Math.min(word.end + moved, meets[index] ?? Infinity);
    return { ...word, start: Math.min(earliest, middle), end: Math.max(latest, middle) };
  });
}

/** What becomes a final: the words of an utterance, and the hypothesis whose bounds it has. */
interface Group {
  readonly final: FinalHypothesis;
  readonly words: PlacedWord[];
}

/**
 * Words of the first hearing stay in their finals. A word that it missed goes with the word before it, or into a
 * final at that time, and where there is none, together with the missed words around it. `before` is the final of the
 * words before.
 */
function byFinal(
  elected: readonly PlacedWord[],
  firsts: readonly FinalHypothesis[],
  before: FinalHypothesis | undefined,
): Group[] {
  const groups: Group[] = [];
  let current = before;
  for (const word of elected) {
    current =
      word.slot[0]?.final ??
      [current, ...firsts].find((final) => final && reaches(final, word)) ??
      word.word.final;
    const last = groups.at(-1);
    if (last?.final === current) last.words.push(word);
    else groups.push({ final: current, words: [word] });
  }
  return groups;
}

/** Whether a final reaches as far as a word that another hearing heard. */
function reaches(final: FinalHypothesis, { start, end }: PlacedWord): boolean {
  const middle = (start + end) / 2;
  return middle > final.start - COMMON_PAUSE_SECONDS && middle < final.end + COMMON_PAUSE_SECONDS;
}

function finalOf({ final, words }: Group, sequence: number): FinalHypothesis {
  const [start, end] = [words.at(0)?.start ?? final.start, words.at(-1)?.end ?? final.end];
  return { ...final, ...textOf(words), start, end, sequence };
}

function textOf(elected: readonly PlacedWord[]): Pick<FinalHypothesis, 'text' | 'words' | 'confidence'> {
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
