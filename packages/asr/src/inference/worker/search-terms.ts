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

/** The terms that a job's text may have. */
export interface JobTerms {
  /** Key terms before the lexicon. */
  readonly lists: readonly TermList[];
  /** Those of `lists` that are key terms. */
  readonly keyTerms: readonly TermList[];
  /** What a search is to favour. */
  readonly matcher: TermMatcher | undefined;
  /** What may be taken for each other, where the lexicon is among the lists. */
  readonly confusables: Confusables | undefined;
}

/**
 * Looks for terms in a decoded text: those that sound like what it has are weighed by the decoder; and where doubt is left
 * and a key term may be meant, the text is searched again from there on, as often as there is another such place.
 */
export async function searchTerms(
  utterance: EncodedUtterance,
  terms: JobTerms,
  decoded: DecodedText,
): Promise<Reconsidered> {
  const { matcher } = terms;
  let best = await reconsider(utterance, terms, unconsidered(decoded.hypothesis, decoded.outputs), decoded);
  // A text that was drawn token by token is no former text of a search.
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

/** Searches a text from a token on with several beams, which the key terms favour. */
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

/** Hypotheses side by side among which key terms are found (bench `terms`). */
const TERM_BEAMS = 8;

/** What was decoded greedily up to some known tokens, if it went through them. */
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
 * A text as it was, or as it was heard again, where that says the same but for terms and is likelier with them. What
 * terms add only says where to look: the decoder itself may not find it far less likely.
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

/** However great the weights of terms are, what the decoder finds so much less likely was not said, nats (bench `terms`). */
const MOST_LOST = 24;

/** `decoded`: what has read the text already. */
async function reconsider(
  { prompt, cross, model, decoder }: EncodedUtterance,
  { lists, confusables }: JobTerms,
  found: Reconsidered,
  decoded?: DecodedText,
): Promise<Reconsidered> {
  if (!cross || lists.length === 0) return found;
  return reconsiderTerms(found, prompt, cross, { lists, confusables }, model, decoder, decoded?.prefill);
}
