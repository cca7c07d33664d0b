import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { SpelledWord } from '../text/words.js';
import { alignHearings } from './align-hearings.js';
import { ballotOf, electWords, type VotedWord } from './elect-words.js';

/**
 * Votes word by word on results of the same audio, each weighed by its confidence, as `combineHearings` does on finals.
 * What is known of a word, its tokens, times and terms, comes from the hearing that it is taken from; where the search
 * stopped and how it ended, from the first.
 *
 * @param spell the words of a result
 */
export function voteOnResults(
  first: RecognitionResult,
  others: readonly RecognitionResult[],
  spell: (result: RecognitionResult) => readonly SpelledWord[],
): RecognitionResult {
  const results = [first, ...others];
  const slots = alignHearings(results.map((result, hearing) => spell(result).map(asVoted(hearing))));
  const elected = electWords(slots, results.length).map(({ word }) => word);
  if (elected.every(({ hearing }) => hearing === 0) && elected.length === spell(first).length) return first;
  const taken = elected.map((word) => tokensOf(word, results[word.hearing] ?? first));
  return {
    ...first,
    tokens: taken.flatMap(({ tokens }) => tokens),
    logProbabilities: taken.flatMap(({ logProbabilities }) => logProbabilities),
    heardAt: taken.flatMap(({ heardAt }) => heardAt),
    terms: spansOf(elected, (hearing) => results[hearing]?.terms ?? []),
    alternatives: spansOf(elected, (hearing) => results[hearing]?.alternatives ?? []),
  };
}

/** A word of a result, with the tokens that it has there. */
interface SpelledVote extends VotedWord, TokenSpan {}

interface TokenSpan {
  readonly firstToken: number;
  readonly tokens: number;
}

function asVoted(hearing: number) {
  return ({ text, confidence, firstToken, tokens }: SpelledWord): SpelledVote => ({
    text,
    confidence,
    hearing,
    firstToken,
    tokens,
    ...ballotOf(text),
  });
}

function tokensOf({ firstToken, tokens }: SpelledVote, result: RecognitionResult) {
  const end = firstToken + tokens;
  return {
    tokens: result.tokens.slice(firstToken, end),
    logProbabilities: result.logProbabilities.slice(firstToken, end),
    heardAt: result.heardAt.slice(firstToken, end),
  };
}

/** Spans of tokens whose words were all taken from one hearing and are still next to each other, in their new places. */
function spansOf<Span extends TokenSpan>(
  elected: readonly SpelledVote[],
  spansIn: (hearing: number) => readonly Span[],
): Span[] {
  const spans: Span[] = [];
  let place = 0;
  for (const [index, word] of elected.entries()) {
    for (const span of spansIn(word.hearing)) {
      if (span.firstToken === word.firstToken && isWhole(span, elected.slice(index)))
        spans.push({ ...span, firstToken: place });
    }
    place += word.tokens;
  }
  return spans;
}

/** Whether the words from the first on are those of the span. */
function isWhole({ firstToken, tokens }: TokenSpan, words: readonly SpelledVote[]): boolean {
  let next = firstToken;
  for (const word of words) {
    if (next >= firstToken + tokens) break;
    if (word.hearing !== words[0]?.hearing || word.firstToken !== next) return false;
    next += word.tokens;
  }
  return next === firstToken + tokens;
}
