import type { Branch, BranchedPrefill, DecoderBatch, RowOutput } from './decoder-batch.js';
import { applied, moved, outputsAfter, overlap, type ScoredChange, type TokenSpan } from './apply-changes.js';
import { coversAudio } from './heard-span.js';
import { logProbabilityOf } from './next-token.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';
import type { CrossAttention } from './stream-encoder.js';
import { changesOf, changeName, type ExpectedTerms, type TermChange } from './term-changes.js';

/** The parts of a model that reconsidering terms needs. */
type TermReader = Pick<SpeechModel, 'endToken' | 'textOf' | 'encode' | 'secondsPerFrame'>;

/** The parts of the decoder that it needs. */
type TokenReader = Pick<DecoderBatch, 'prefill' | 'prefillBranches'>;

/** A text that may have been said in place of some tokens. */
export interface TokenAlternative extends TokenSpan {
  readonly text: string;
  /** How much likelier it is than these tokens, nats. */
  readonly odds: number;
}

/** A hypothesis, with alternatives for its terms and numbers. */
export interface Reconsidered {
  /** With the decoder's own log-probabilities, without what lists add for terms. */
  readonly hypothesis: Hypothesis;
  readonly replaced: readonly ReplacedTokens[];
  readonly alternatives: readonly TokenAlternative[];
  /** Changes that were weighed and rejected, by `changeName`. */
  readonly weighed: ReadonlySet<string>;
  /** The decoder's output from which each token was chosen; undefined if it is not known. */
  readonly outputs: readonly (RowOutput | undefined)[];
}

/** Tokens of a term that have replaced others. */
interface ReplacedTokens extends TokenSpan {
  /** The lowest log-probability of its tokens, with the allowance of the list for the term. */
  readonly logProbability: number;
}

/** A hypothesis in which no terms have been looked at yet. */
export function unconsidered(hypothesis: Hypothesis, outputs: readonly RowOutput[]): Reconsidered {
  return { hypothesis, replaced: [], alternatives: [], weighed: new Set(), outputs };
}

/** A text that is searched again from one of its tokens on. */
export interface Rehearing {
  readonly former: Reconsidered;
  /** The token from which on it is searched again. */
  readonly from: number;
}

/**
 * The text of a new search, with what is known about the tokens before `from` and about the last `rejoined` ones, which are
 * those of the former text.
 */
export function reheard({ former, from }: Rehearing, hypothesis: Hypothesis, rejoined: number): Reconsidered {
  const end = former.hypothesis.tokens.length - rejoined;
  const longer = hypothesis.tokens.length - former.hypothesis.tokens.length;
  const kept = <Span extends TokenSpan>(spans: readonly Span[]): Span[] =>
    spans.flatMap((span) => {
      if (span.firstToken + span.tokens <= from) return [span];
      return span.firstToken >= end ? [{ ...span, firstToken: span.firstToken + longer }] : [];
    });
  const { replaced, alternatives, weighed, outputs } = former;
  // Of a loop, one round is kept, which may leave fewer tokens than there were.
  const unknown = new Array<undefined>(Math.max(0, hypothesis.tokens.length - from - rejoined));
  return {
    hypothesis,
    replaced: kept(replaced),
    alternatives: kept(alternatives),
    weighed,
    outputs: [...outputs.slice(0, from), ...unknown, ...outputs.slice(end)],
  };
}

/**
 * Weighs terms that sound like words of a hypothesis: a term that the decoder finds nearly as likely as what it wrote
 * takes the place of that. Terms that were weighed but not taken are returned beside it. `prompt`: the tokens before
 * the hypothesis; `decoded`: a prefill of both, if there is one.
 */
export async function reconsiderTerms(
  earlier: Reconsidered,
  prompt: readonly number[],
  cross: CrossAttention,
  expected: ExpectedTerms,
  model: TermReader,
  batch: TokenReader,
  decoded?: BranchedPrefill,
): Promise<Reconsidered> {
  let { hypothesis, replaced, outputs } = earlier;
  let former: readonly TokenAlternative[] = [];
  let rejected = earlier.alternatives;
  const weighed = new Set(earlier.weighed);
  for (let round = 0; round < ROUNDS; round++) {
    const current = withReplaced(hypothesis, replaced);
    // Changes that were rejected would be rejected again: only terms beside new words are worth the time.
    const changes = likeliest(changesOf(current, expected, model, weighed), current, outputs);
    if (changes.length === 0) break;
    const left = round === 0 ? decoded : undefined;
    const prefill = left ?? (await batch.prefill(cross, [...prompt, ...current.tokens]));
    const asked = await score(changes, current, outputs, prompt.length, prefill, model.endToken, batch);
    const scored = asked.filter((one) => isCovered(one, current, model.secondsPerFrame));
    const chosen = bestApart(scored.filter((candidate) => worthOf(candidate) > 0));
    rejected = [...moved(rejected, chosen), ...moved(rejectedOf(scored, chosen), chosen)];
    for (const one of asked)
      if (worthOf(one) <= 0 || !scored.includes(one)) weighed.add(changeName(one.change));
    if (chosen.length === 0) break;
    former = [...moved(former, chosen), ...moved(replacedBy(chosen, scored), chosen)];
    replaced = [...moved(replaced, chosen), ...moved(chosen.map(asReplaced), chosen)];
    outputs = outputsAfter(outputs, chosen);
    hypothesis = applied(hypothesis, chosen);
  }
  return { hypothesis, replaced, alternatives: [...former, ...rejected], weighed, outputs };
}

/** The log-probabilities of a hypothesis with what lists add for the terms in it. */
export function withReplaced(hypothesis: Hypothesis, replaced: readonly ReplacedTokens[]): Hypothesis {
  const logProbabilities = hypothesis.logProbabilities.map((one, token) =>
    replaced.reduce(
      (most, { firstToken, tokens, logProbability }) =>
        token >= firstToken && token < firstToken + tokens ? Math.max(most, logProbability) : most,
      one,
    ),
  );
  return { ...hypothesis, logProbabilities };
}

/** Neighbouring terms change each other's likelihood, so they are looked at again. */
const ROUNDS = 3;

/** The most terms that the decoder is asked about at a time: each takes as long as a few tokens (bench `terms`). */
const MOST_ASKED = 8;

/** How many tokens after a term must be likely too (benches `terms` and `invented-terms`). */
const FOLLOWING = 2;

/** The most tokens whose logits are held at once: those of each take 131 kB. */
const MOST_AT_ONCE = 64;

/**
 * The changes that the decoder is asked about: those that are still possible given what it said about their first
 * token, since further tokens can only make them less likely, and no more than there is time for. Changes that are
 * alternatives only are included in any case.
 */
function likeliest(
  changes: readonly TermChange[],
  hypothesis: Hypothesis,
  outputs: readonly (RowOutput | undefined)[],
): TermChange[] {
  const given = likelihoods(hypothesis);
  const mostWorth = ({ proposal, firstToken, tokens, replacement }: TermChange): number => {
    const said = outputs[firstToken]?.logits;
    const first = said && replacement[0] !== undefined ? logProbabilityOf(replacement[0], said) : 0;
    const lost = sum(given.slice(firstToken, firstToken + tokens + FOLLOWING));
    return first - lost + proposal.allowance + proposal.context;
  };
  const takesNoPlace = changes.filter(({ proposal }) => proposal.allowance < 0);
  const others = changes
    .filter(({ proposal }) => proposal.allowance >= 0)
    .map((change) => ({ change, worth: mostWorth(change) }))
    .filter(({ worth }) => worth > 0)
    .sort((one, other) => other.worth - one.worth);
  return [...others.slice(0, MOST_ASKED).map(({ change }) => change), ...takesNoPlace];
}

async function score(
  changes: readonly TermChange[],
  hypothesis: Hypothesis,
  outputs: readonly (RowOutput | undefined)[],
  promptLength: number,
  prefill: BranchedPrefill,
  endToken: number,
  batch: TokenReader,
): Promise<ScoredChange[]> {
  const ended = hypothesis.stopped === 'end' ? [...hypothesis.tokens, endToken] : hypothesis.tokens;
  const before = likelihoods(hypothesis);
  const questions = changes.flatMap((change): Question[] => {
    const end = change.firstToken + change.tokens;
    const wanted = [...change.replacement, ...ended.slice(end, end + FOLLOWING)];
    const from = promptLength + change.firstToken - 1;
    const last = prefill.tokens[from];
    if (last === undefined) return [];
    // The decoder need not be asked again about the first token.
    const known = outputs[change.firstToken];
    const said = known ? [known] : [];
    const tokens = [last, ...wanted.slice(0, -1)].slice(said.length);
    return [{ change, wanted, said, branch: { from: from + said.length, tokens } }];
  });
  const isKnown = ({ branch }: Question) => branch.tokens.length === 0;
  const scored = questions.filter(isKnown).map((question) => scoredBy(question, [], before));
  for (const some of together(questions.filter((question) => !isKnown(question)))) {
    const answers = await batch.prefillBranches(
      prefill,
      some.map(({ branch }) => branch),
    );
    scored.push(...some.map((question, place) => scoredBy(question, answers[place] ?? [], before)));
  }
  return scored;
}

/** A change, with its tokens and the branch that tells how likely they are. */
interface Question {
  readonly change: TermChange;
  readonly wanted: readonly number[];
  /** Known outputs, for the first of its tokens. */
  readonly said: readonly RowOutput[];
  /** Has the decoder read the others. */
  readonly branch: Branch;
}

/** Splits questions into groups that are asked at once. */
function together(questions: readonly Question[]): Question[][] {
  const parts: Question[][] = [];
  let held = MOST_AT_ONCE;
  for (const question of questions) {
    const { length } = question.branch.tokens;
    held += length;
    if (held > MOST_AT_ONCE) {
      parts.push([]);
      held = length;
    }
    parts.at(-1)?.push(question);
  }
  return parts;
}

/** `before`: the log-probabilities of the present text. */
function scoredBy(
  { change, wanted, said }: Question,
  answers: readonly RowOutput[],
  before: readonly number[],
): ScoredChange {
  const outputs = [...said, ...answers];
  const { firstToken, tokens, replacement } = change;
  const logProbabilities = outputs.map(({ logits }, place) => logProbabilityOf(wanted[place] ?? 0, logits));
  const behind = wanted.length - replacement.length;
  const given = before.slice(firstToken, firstToken + tokens + behind);
  return { change, gain: sum(logProbabilities) - sum(given), logProbabilities, outputs };
}

/**
 * The log-probabilities of all tokens, and of the end if the model came to one: if it did not, any change would gain
 * without bounds.
 */
function likelihoods({ logProbabilities, endLogProbability, stopped }: Hypothesis): readonly number[] {
  return stopped === 'end' ? [...logProbabilities, endLogProbability] : logProbabilities;
}

/** How much speaks for a change, which is made if this is above 0. */
function worthOf({ gain, change }: ScoredChange): number {
  return gain + change.proposal.allowance + change.proposal.context;
}

/**
 * Whether a change covers all of the audio that the words before it covered. Changes that are alternatives only need
 * not.
 */
function isCovered(
  { change, outputs }: ScoredChange,
  { frames }: Hypothesis,
  secondsPerFrame: number,
): boolean {
  if (change.proposal.allowance < 0) return true;
  const tokenFrames = outputs.slice(0, change.replacement.length).map(({ frame }) => frame);
  const wordFrames = change.wordTokens.map((token) => frames[token] ?? 0);
  return coversAudio(wordFrames, tokenFrames, secondsPerFrame);
}

/**
 * How much likelier a change is than the words that are written. A change that cannot replace them gets no allowance. That
 * it fits its context well makes it no likelier, since context is not heard.
 */
function oddsOf({ gain, change }: ScoredChange): number {
  const { allowance, context } = change.proposal;
  return allowance > 0 ? gain + allowance + Math.min(context, 0) : gain;
}

/** The changes that were not chosen, where the written words stay. */
function rejectedOf(scored: readonly ScoredChange[], chosen: readonly ScoredChange[]): TokenAlternative[] {
  return scored
    .filter(({ change }) => chosen.every((other) => !overlap(change, other.change)))
    .map((one) => alternative(one.change, one.change.text, oddsOf(one)));
}

/** The alternatives to chosen changes: the words that they replaced, and other changes of these. */
function replacedBy(chosen: readonly ScoredChange[], scored: readonly ScoredChange[]): TokenAlternative[] {
  return chosen.flatMap((best) => {
    const { change } = best;
    const others = scored.filter(
      (one) =>
        one !== best &&
        one.change.firstToken === change.firstToken &&
        one.change.tokens === change.tokens &&
        one.change.text !== change.text,
    );
    return [
      alternative(change, change.written, -oddsOf(best)),
      ...others.map((one) => alternative(change, one.change.text, oddsOf(one) - oddsOf(best))),
    ];
  });
}

function alternative({ firstToken, tokens }: TermChange, text: string, odds: number): TokenAlternative {
  return { firstToken, tokens, text, odds };
}

function asReplaced(scored: ScoredChange): ReplacedTokens {
  const { firstToken, tokens } = scored.change;
  return { firstToken, tokens, logProbability: -Math.log1p(Math.exp(-oddsOf(scored))) };
}

/** The best of the changes, and those whose likelihood does not depend on it. */
function bestApart(scored: readonly ScoredChange[]): ScoredChange[] {
  const chosen: ScoredChange[] = [];
  for (const candidate of [...scored].sort((one, other) => worthOf(other) - worthOf(one))) {
    const { firstToken, tokens } = candidate.change;
    const apart = chosen.every(
      ({ change }) =>
        firstToken >= change.firstToken + change.tokens + FOLLOWING ||
        firstToken + tokens + FOLLOWING <= change.firstToken,
    );
    if (apart) chosen.push(candidate);
  }
  return chosen.sort((one, other) => one.change.firstToken - other.change.firstToken);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
