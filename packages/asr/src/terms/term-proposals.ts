import { joinWords, type SpelledWord } from '../text/words.js';
import { isCommon } from './common-words.js';
import { areInflections } from './inflections.js';
import { nameTerms } from './name-terms.js';
import { endsClause, isHeardInAll, leavesTheRest } from './span-fit.js';
import { plainWords, type TermList } from './term-list.js';

/** A term that may have been said where the decoder wrote something else. */
export interface TermProposal {
  /** The words that it would stand for. */
  readonly firstWord: number;
  readonly words: number;
  readonly text: string;
  /** What it may lack in log-probability and still be taken for what was said, nats; minus infinity: it never is. */
  readonly allowance: number;
  /** What the words around it add to that, nats. */
  readonly context: number;
}

/**
 * Terms that sound like words of a hypothesis of which the decoder was not sure: those for which the least speaks
 * against last, and no more than can be looked at.
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
      // No term goes on behind the end of a clause, but in the middle of one that it does not know a decoder sets a comma.
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

/** How unlikely a word is, nats; what is no word is doubtful, however sure the decoder was. */
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
  /** How many lists are looked at before its own. */
  readonly rank: number;
  /** How far it is from what is written, see `soundDistance`. */
  readonly distance: number;
  /** See `Sounds.weight`. */
  readonly soundWeight: number;
  /** Of the term in its list. */
  readonly weight: number;
  /** Whether it changes nothing but the words that it is about. Others only tell what these may be. */
  readonly isApart: boolean;
}

/**
 * Proposals with less allowed where the same words, or these and others, sound more like another term: what is far
 * nearer to that one is none.
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
 * Whether one term is what was heard where another is proposed: it has more sounds that are alike. `Levity ra set` is
 * levetiracetam, and no Levitra with a rest, although its first words are nearer to that. In the same words a rare term
 * may be nearer to a common one than what was said of that, but what holds all of the other, as escitalopram does
 * citalopram, was said if it is the nearer one.
 */
function isHeardFor(one: ListedProposal, other: ListedProposal): boolean {
  const [plain, otherPlain] = [one.plain, other.plain];
  if (one.rank > other.rank || holds(plain, otherPlain)) return false;
  const more = alikeIn(one) - alikeIn(other);
  if (one.words > other.words || plain.endsWith(otherPlain)) return more > 0;
  return more > MORE_SOUNDS && one.weight >= other.weight;
}

/** How much of a term is heard, beyond what any words that are looked at have of it; in the unit of `Sounds.weight`. */
function alikeIn({ distance, soundWeight }: ListedProposal): number {
  return soundWeight * (FARTHEST - distance);
}

function holdsSpan(one: ListedProposal, other: ListedProposal): boolean {
  return one.firstWord <= other.firstWord && other.firstWord + other.words <= one.firstWord + one.words;
}

/** How much nearer in sound another term is that one may not stand for, and what less costs, nats (bench `terms`). */
const SWAPPED = 0.25;
const FOR_DISTANCE = 20;

/** By how much more that is alike a term is another's in the same words: a vowel and what it is worth (bench `terms`). */
const MORE_SOUNDS = 0.5;

/** How much farther a term may be that is heard in more words: that they all are like it is less of an accident. */
const OF_MORE_WORDS = 0.1;

/** Each is compared with all that stand for the same words: thousands of terms that sound alike would take minutes. */
function nearestOf(proposals: readonly ListedProposal[]): readonly ListedProposal[] {
  if (proposals.length <= MOST_COMPARED) return proposals;
  return proposals.toSorted((one, other) => one.distance - other.distance).slice(0, MOST_COMPARED);
}

/** A proposal with what its list says of the words around it. */
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

/** What is written somewhere. */
interface Span {
  readonly around: readonly SpelledWord[];
  readonly firstWord: number;
  readonly words: number;
  readonly text: string;
  /** Terms that stand at the same place. */
  readonly standing: readonly string[];
  /** Whether no comma stands in it. */
  readonly inClause: boolean;
  /** Whether a list spells it, be that one behind. */
  readonly isTerm: boolean;
}

function proposalsOf(
  list: TermList,
  before: readonly TermList[],
  { around, firstWord, words, text, standing, inClause, isTerm }: Span,
): ListedProposal[] {
  const written = plainWords(text);
  // What one list spells is not for those behind it to change either.
  if ([list, ...before].some(({ bySpelling, parts }) => bySpelling.has(written) || parts?.has(written)))
    return [];
  const span = { words: around, first: firstWord, count: words };
  return list.sounds.near(text, FARTHEST).flatMap(({ entry, distance, soundWeight }): ListedProposal[] => {
    const term = list.terms[entry];
    if (!term) return [];
    const plain = plainWords(term.text);
    // A short name sounds like other words by accident: `chest` is no West.
    if (isTerm && plain.length < SHORT) return [];
    // Around a term that is there already nothing is to be left out.
    if (holds(written, plain) || areInflections(written, plain)) return [];
    // `nausea or vomiting` is not `nausea and vomiting`, however alike.
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
 * Terms that are written already and long enough for that to be no accident, by the words that they take: nothing takes
 * their place but a term that holds them.
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

/** Letters of a term that is not written by accident. */
const LONG = 8;

/** Letters of a term that takes the place of no other. */
const SHORT = 6;

/** Words that a term may be heard as: `love of the oric sign`. */
const MOST_WORDS = 5;

/** Terms that sound less alike are not looked at, see `soundDistance`. */
const FARTHEST = 0.4;

/** Proposals that are compared with each other: twice what half a minute of speech finds in the medical lexicon. */
const MOST_COMPARED = 1_000;

/** Terms that are read with the words around them, which takes microseconds. */
const MOST_IN_CONTEXT = 60;

/** Terms whose first token is looked at in one utterance. */
const MOST_PROPOSALS = 30;
