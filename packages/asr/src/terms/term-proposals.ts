import { joinWords, type SpelledWord } from '../text/words.js';
import { isCommon } from './common-words.js';
import { areInflections } from './inflections.js';
import { nameTerms } from './name-terms.js';
import { endsClause, isHeardInAll, leavesTheRest } from './span-fit.js';
import { plainWords, type TermList } from './term-list.js';

/** A term that may have been said where the decoder wrote something else. */
export interface TermProposal {
  /** The first of the words that it would replace. */
  readonly firstWord: number;
  readonly words: number;
  readonly text: string;
  /**
   * How much less likely it may be than the words that are written and still replace them, nats; minus infinity if it is only
   * an alternative.
   */
  readonly allowance: number;
  /** The amount that the words around it add to that, nats. */
  readonly context: number;
}

/**
 * Terms that sound like words of a hypothesis of which the decoder was not sure, the likeliest last, and no more than there is
 * time to look at.
 */
export function proposeTerms(words: readonly SpelledWord[], lists: readonly TermList[]): TermProposal[] {
  const proposals: ListedProposal[] = [];
  const standing = standingTerms(words, lists);
  const doubts = words.map((word) => doubtOf(word, lists));
  for (let firstWord = 0; firstWord < words.length; firstWord++) {
    let doubt = 0;
    let text = '';
    let inClause = true;
    const kept: string[] = [];
    for (let count = 1; count <= MOST_WORDS; count++) {
      const word = words[firstWord + count - 1];
      if (!word) break;
      text = `${text}${word.spaceBefore ? ' ' : ''}${word.text}`;
      doubt += doubts[firstWord + count - 1] ?? 0;
      const term = standing.get(word);
      if (term !== undefined) kept.push(term);
      for (const [place, list] of lists.entries()) {
        if (doubt < list.leastDoubt) continue;
        proposals.push(
          ...proposalsOf(list, lists.slice(0, place), {
            around: words,
            firstWord,
            words: count,
            text: text.trim(),
            standing: kept,
            inClause,
            isTerm: lists.some(({ bySpelling }) => bySpelling.has(plainWords(text))),
          }),
        );
      }
      // No term goes on after the end of a clause; but a decoder may write a comma within a term that it does not know.
      if (endsClause(word) && !word.text.endsWith(',')) break;
      inClause &&= !endsClause(word);
    }
  }
  return besideNearer(nearestOf(proposals))
    .filter(({ isApart, allowance }) => isApart && allowance > 0)
    .sort((one, other) => other.allowance - one.allowance)
    .slice(0, MOST_IN_CONTEXT)
    .map((proposal) => inContext(proposal, words))
    .filter((proposal) => allowedFor(proposal) > 0)
    .sort((one, other) => allowedFor(other) - allowedFor(one))
    .slice(0, MOST_PROPOSALS);
}

/** How unlikely a word is, nats; a string that is no word is doubtful, however sure the decoder was. */
function doubtOf({ text, confidence }: SpelledWord, lists: readonly TermList[]): number {
  return lists.some((list) => list.isMisheard?.(text)) ? Infinity : -Math.log(confidence);
}

function allowedFor({ allowance, context }: TermProposal): number {
  return allowance + context;
}

interface ListedProposal extends Omit<TermProposal, 'context'> {
  readonly list: TermList;
  /** See `plainWords`. */
  readonly plain: string;
  /** How many lists come before its own. */
  readonly rank: number;
  /** How far it is from the words that are written, see `soundDistance`. */
  readonly distance: number;
  /** See `Sounds.weight`. */
  readonly soundWeight: number;
  /** The weight of the term in its list. */
  readonly weight: number;
  /** Whether it changes only the words that it replaces. If not, it is merely an alternative to them. */
  readonly isApart: boolean;
}

/**
 * Lowers the allowance of a proposal if the same words, or these and others, sound more like another term. If they are far
 * nearer to the other term, the proposal is dropped.
 */
function besideNearer(proposals: readonly ListedProposal[]): ListedProposal[] {
  return proposals.flatMap((one) => {
    const others = proposals.filter((other) => other.text !== one.text && holdsSpan(other, one));
    if (others.some((other) => isHeardFor(other, one))) return [];
    const farther = others.map(
      (other) => one.distance - other.distance + (other.words > one.words ? OF_MORE_WORDS : 0),
    );
    const most = Math.max(0, ...farther);
    return most > SWAPPED ? [] : [{ ...one, allowance: one.allowance - FOR_DISTANCE * most }];
  });
}

/**
 * Whether `one` was heard where `other` is proposed: more of its sounds match. `Levity ra set` is levetiracetam, and
 * not Levitra with a remainder, although its first words are nearer to Levitra. In the same words, a rare term may
 * happen to be nearer than the common one that was said; but one that contains all of the other, as escitalopram
 * contains citalopram, was said if it is nearer.
 */
function isHeardFor(one: ListedProposal, other: ListedProposal): boolean {
  const [plain, otherPlain] = [one.plain, other.plain];
  if (one.rank > other.rank || holds(plain, otherPlain)) return false;
  const more = alikeIn(one) - alikeIn(other);
  if (one.words > other.words || plain.endsWith(otherPlain)) return more > 0;
  return more > MORE_SOUNDS && one.weight >= other.weight;
}

/**
 * How much of a term is heard beyond the least that any proposal must share with the words; in the unit of `Sounds.weight`.
 */
function alikeIn({ distance, soundWeight }: ListedProposal): number {
  return soundWeight * (FARTHEST - distance);
}

function holdsSpan(one: ListedProposal, other: ListedProposal): boolean {
  return one.firstWord <= other.firstWord && other.firstWord + other.words <= one.firstWord + one.words;
}

/**
 * The lead in sound by which another term makes a proposal drop out; and the cost of a smaller lead, nats (bench `terms`).
 */
const SWAPPED = 0.25;
const FOR_DISTANCE = 20;

/** How much more of a term must match to take another's place in the same words: a vowel's worth (bench `terms`). */
const MORE_SOUNDS = 0.5;

/** How much farther a term may be if it is heard in more words: that all of them match is less of a coincidence. */
const OF_MORE_WORDS = 0.1;

/**
 * The nearest proposals. Only these are compared with each other: if thousands of terms sound alike, comparing each with all
 * others would take minutes.
 */
function nearestOf(proposals: readonly ListedProposal[]): readonly ListedProposal[] {
  if (proposals.length <= MOST_COMPARED) return proposals;
  return proposals.toSorted((one, other) => one.distance - other.distance).slice(0, MOST_COMPARED);
}

/** A proposal, with what its list adds for the words around it. */
function inContext({ list, ...proposal }: ListedProposal, words: readonly SpelledWord[]): TermProposal {
  const end = proposal.firstWord + proposal.words;
  const change = {
    before: words[proposal.firstWord - 1]?.text,
    written: joinWords(words.slice(proposal.firstWord, end)),
    instead: proposal.text,
    after: words[end]?.text,
  };
  const { firstWord, words: count, text, allowance } = proposal;
  return { firstWord, words: count, text, allowance, context: list.contextOf?.(change, allowance) ?? 0 };
}

/** A stretch of the written words. */
interface Span {
  readonly around: readonly SpelledWord[];
  readonly firstWord: number;
  readonly words: number;
  readonly text: string;
  /** Terms that are already written in the same place. */
  readonly standing: readonly string[];
  /** Whether it holds no comma. */
  readonly inClause: boolean;
  /** Whether it is a term of a list, even of a later one. */
  readonly isTerm: boolean;
}

function proposalsOf(
  list: TermList,
  before: readonly TermList[],
  { around, firstWord, words, text, standing, inClause, isTerm }: Span,
): ListedProposal[] {
  const written = plainWords(text);
  // Later lists must not change what is a term of an earlier one.
  if ([list, ...before].some(({ bySpelling, parts }) => bySpelling.has(written) || parts?.has(written)))
    return [];
  const span = { words: around, first: firstWord, count: words };
  return list.sounds.near(text, FARTHEST).flatMap(({ entry, distance, soundWeight }): ListedProposal[] => {
    const term = list.terms[entry];
    if (!term) return [];
    const plain = plainWords(term.text);
    // A short name may sound like other words by coincidence: `chest` is no West.
    if (isTerm && plain.length < SHORT) return [];
    // The words around a term that is written already must not be left out.
    if (holds(written, plain) || areInflections(written, plain)) return [];
    // `nausea or vomiting` is not `nausea and vomiting`, however alike they sound.
    if (withoutCommon(written) === withoutCommon(plain)) return [];
    if (standing.some((other) => other === plain || !holds(plain, other))) return [];
    const allowance = list.allowanceOf(term, { distance, soundWeight });
    if (allowance <= 0 || !isHeardInAll(span, term, distance)) return [];
    return [
      {
        ...{ list, plain, rank: before.length, firstWord, words, text: term.text },
        ...{ allowance, distance, soundWeight },
        weight: term.weight ?? 1,
        isApart: inClause && leavesTheRest(span, term.text),
      },
    ];
  });
}

function withoutCommon(plain: string): string {
  return plain
    .split(' ')
    .filter((word) => !isCommon(word))
    .join(' ');
}

function holds(text: string, phrase: string): boolean {
  return ` ${text} `.includes(` ${phrase} `);
}

/**
 * Terms that are written already and are too long to be there by coincidence. Only a term that contains one of them may
 * replace it.
 */
function standingTerms(
  words: readonly SpelledWord[],
  lists: readonly TermList[],
): ReadonlyMap<SpelledWord, string> {
  const standing = new Map<SpelledWord, string>();
  for (const { firstToken, tokens, text } of nameTerms(words, lists)) {
    const plain = plainWords(text);
    if (plain.length < LONG) continue;
    for (const word of words)
      if (word.firstToken >= firstToken && word.firstToken < firstToken + tokens) standing.set(word, plain);
  }
  return standing;
}

/** Letters from which on a term is not written by coincidence. */
const LONG = 8;

/** Letters below which a term replaces no other term. */
const SHORT = 6;

/** The most words as which a term is heard: `love of the oric sign`. */
const MOST_WORDS = 5;

/** Terms that are farther away than this are not looked at, see `soundDistance`. */
const FARTHEST = 0.4;

/**
 * The most proposals that are compared with each other: twice what half a minute of speech finds in the medical
 * lexicon.
 */
const MOST_COMPARED = 1_000;

/** The most terms that are judged by the words around them, which takes microseconds each. */
const MOST_IN_CONTEXT = 60;

/** The most terms whose first token is looked at in one utterance. */
const MOST_PROPOSALS = 30;
