import { isDeepStrictEqual } from 'node:util';
import type { Prefill } from '../../decoding/decoder-batch.js';
import { doubtfulToken } from '../../decoding/doubtful-token.js';
import {
  reconsiderTerms,
  reheard,
  unconsidered,
  type Reconsidered,
  type Rehearing,
} from '../../decoding/reconsider-terms.js';
import { logProbabilityWithTerms, textLogProbability } from '../../decoding/search.js';
import { changesOnlyTerms } from '../../decoding/term-guard.js';
import type { Confusables } from '../../terms/confusables.js';
import type { TermList } from '../../terms/term-list.js';
import type { TermMatcher } from '../../terms/term-match.js';
import { runSearch, searchFor, type DecodedText, type EncodedUtterance } from './decode-text.js';

/** The terms that are looked for in a job's text. */
export interface JobTerms {
  /** Key terms before the lexicon. */
  readonly lists: readonly TermList[];
  /** Those of `lists` that are key terms. */
  readonly keyTerms: readonly TermList[];
  /** Matches the key terms that a search is to favour. */
  readonly matcher: TermMatcher | undefined;
  /** Drugs and numbers that are taken for each other; absent unless the lexicon is among the lists. */
  readonly confusables: Confusables | undefined;
}

/**
 * Looks for terms in a decoded text. The decoder weighs terms that sound like words of the text. Then, from each place that
 * is still doubtful and where a key term may be meant, the text is searched again.
 */
export async function searchTerms(
  utterance: EncodedUtterance,
  terms: JobTerms,
  decoded: DecodedText,
): Promise<Reconsidered> {
  const { matcher } = terms;
  let best = await reconsider(utterance, terms, unconsidered(decoded.hypothesis, decoded.outputs), decoded);
  // At a higher temperature tokens are drawn at random: a search cannot go on from such a text.
  if (!matcher || !decoded.atFirst) return best;
  for (let searched = 0; ;) {
    const from = doubtfulToken(best.hypothesis, terms.keyTerms, utterance.model, searched);
    if (from === undefined) return best;
    const revision = { former: best, from };
    const { hypothesis, rejoined } = await searchAgain(utterance, matcher, decoded, revision);
    best = await likelier(utterance, { ...terms, matcher }, best, reheard(revision, hypothesis, rejoined));
    if (rejoined === 0) return best;
    searched = best.hypothesis.tokens.length - rejoined;
  }
}

/** Searches a text again from one of its tokens on, with several beams and favouring key terms. */
function searchAgain(
  utterance: EncodedUtterance,
  matcher: TermMatcher,
  decoded: DecodedText,
  { former: { hypothesis }, from }: Rehearing,
) {
  const search = searchFor(utterance, {
    beams: TERM_BEAMS,
    temperature: 0,
    terms: matcher,
    former: { hypothesis, from },
  });
  const known = [...utterance.prompt, ...hypothesis.tokens.slice(0, from)];
  return runSearch(utterance, search, { known, draft: [], prefill: readBefore(utterance, decoded, known) });
}

/** Beams of a search for key terms (bench `terms`). */
const TERM_BEAMS = 8;

/** The reading of the greedy search up to the known tokens, if that search went through them. */
function readBefore(
  { prompt }: EncodedUtterance,
  { prefill, outputs }: DecodedText,
  known: readonly number[],
): Prefill | undefined {
  const output = outputs[known.length - prompt.length];
  const isSame = prefill && known.every((token, place) => prefill.tokens[place] === token);
  return isSame && output ? { ...prefill, outputs: [output] } : undefined;
}

/**
 * Chooses between a text and the result of searching it again. The new text is taken if it differs in terms only and is
 * likelier with their weights. Since weights only say where to look, the decoder by itself must not find it far less likely.
 */
async function likelier(
  utterance: EncodedUtterance,
  terms: JobTerms & { readonly matcher: TermMatcher },
  former: Reconsidered,
  again: Reconsidered,
): Promise<Reconsidered> {
  if (isDeepStrictEqual(again.hypothesis.tokens, former.hypothesis.tokens)) return former;
  if (!changesOnlyTerms(former.hypothesis, again.hypothesis, terms.keyTerms, utterance.model)) return former;
  const heard = await reconsider(utterance, terms, again);
  const gained =
    logProbabilityWithTerms(heard.hypothesis, terms.matcher) -
    logProbabilityWithTerms(former.hypothesis, terms.matcher);
  const lost = textLogProbability(former.hypothesis) - textLogProbability(heard.hypothesis);
  return gained > 0 && lost < MOST_LOST ? heard : former;
}

/** Whatever the weights, a text that the decoder finds less likely by this much was not said, nats (bench `terms`). */
const MOST_LOST = 24;

/** Has the decoder weigh terms that sound like words of a text; `decoded`, if given, saves it reading the text again. */
async function reconsider(
  { prompt, cross, model, decoder }: EncodedUtterance,
  { lists, confusables }: JobTerms,
  found: Reconsidered,
  decoded?: DecodedText,
): Promise<Reconsidered> {
  if (!cross || lists.length === 0) return found;
  return reconsiderTerms(found, prompt, cross, { lists, confusables }, model, decoder, decoded?.prefill);
}
