import type { Hypothesis } from '../load/live-client.js';
import type { Session } from '../load/session.js';
import { utterancesOf, type ShownUtterance } from './shown-utterances.js';

/** When words were first shown, and how often they changed afterwards. */
export interface ShownWords {
  /** From the end of each word that a partial showed first to that partial, seconds. */
  readonly inPartial: readonly number[];
  /** The same for all words, including those that only the final showed. */
  readonly anywhere: readonly number[];
  /** Words that partials showed. */
  readonly shown: number;
  /** How many of these a later partial of the same utterance changed or withdrew. */
  readonly changedByPartial: number;
  /** Words of the last partial that the final changed or withdrew. */
  readonly changedByFinal: number;
  /** Words of partials whose utterance got no final. */
  readonly withdrawn: number;
  /** Finals left out because their `words` do not match their text. */
  readonly unmatched: number;
}

/**
 * Follows each utterance, by `sequence`, through its partials to its final. The n-th word of the final counts
 * as shown with the first partial of at least n words; its end in the audio is taken from the final's
 * `words`.
 */
export function shownWords(sessions: readonly Session[]): ShownWords {
  const utterances = sessions.flatMap(utterancesOf).map(measureUtterance);
  const sum = (of: (utterance: ShownWords) => number) =>
    utterances.reduce((total, one) => total + of(one), 0);
  return {
    inPartial: utterances.flatMap(({ inPartial }) => inPartial),
    anywhere: utterances.flatMap(({ anywhere }) => anywhere),
    shown: sum(({ shown }) => shown),
    changedByPartial: sum(({ changedByPartial }) => changedByPartial),
    changedByFinal: sum(({ changedByFinal }) => changedByFinal),
    withdrawn: sum(({ withdrawn }) => withdrawn),
    unmatched: sum(({ unmatched }) => unmatched),
  };
}

function measureUtterance({ session, partials, final }: ShownUtterance): ShownWords {
  const texts = partials.map(({ text }) => text.split(' '));
  const last = texts.at(-1) ?? [];
  const delays = final === undefined ? undefined : wordDelays(session, partials, final);
  return {
    inPartial: delays?.inPartial ?? [],
    anywhere: delays?.anywhere ?? [],
    shown: Math.max(0, ...texts.map((words) => words.length)),
    changedByPartial: texts.reduce((sum, words, index) => sum + changes(texts[index - 1] ?? [], words), 0),
    changedByFinal: final === undefined ? 0 : changes(last, final.text.split(' ')),
    withdrawn: final === undefined ? last.length : 0,
    unmatched: final !== undefined && delays === undefined ? 1 : 0,
  };
}

function wordDelays(session: Session, partials: readonly Hypothesis[], final: Hypothesis) {
  const words = final.words;
  if (words?.length !== final.text.split(' ').length) return undefined;
  const inPartial: number[] = [];
  const anywhere: number[] = [];
  for (const [index, word] of words.entries()) {
    const first = partials.find(({ text }) => text.split(' ').length > index);
    const delay = ((first ?? final).at - session.spokenAt(word.end)) / 1000;
    anywhere.push(delay);
    if (first !== undefined) inPartial.push(delay);
  }
  return { inPartial, anywhere };
}

function changes(before: readonly string[], after: readonly string[]): number {
  return before.filter((word, index) => word !== after[index]).length;
}
