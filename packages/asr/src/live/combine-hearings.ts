import { alignHearings } from './align-hearings.js';
import { ballotOf, electWords, type ElectedWord, type VotedWord } from './elect-words.js';
import type { FinalHypothesis, Word } from './live-transcription.js';
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
    return { ...word, hearing, final, spaceBefore, ...ballotOf(word.text) };
  });
}

function isSpace(text: string): boolean {
  return /\s/u.test(text);
}

/** A word as one hearing heard it, in its final. */
interface HeardWord extends Word, VotedWord {
  readonly final: FinalHypothesis;
  readonly spaceBefore: boolean;
}

/** A word that was voted for, in its place. */
interface PlacedWord extends ElectedWord<HeardWord> {
  readonly start: number;
  readonly end: number;
}

function vote(stretch: readonly HeardWord[], hearings: number): PlacedWord[] {
  const slots = alignHearings(
    Array.from({ length: hearings }, (_, hearing) => stretch.filter((word) => word.hearing === hearing)),
  );
  return electWords(slots, hearings).map((elected) => {
    const { start, end } = elected.word;
    return { ...elected, start, end };
  });
}

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
