import { joinWords, spellWords } from '../text/words.js';
import type { TokenText } from '../text/token-text.js';
import { proposeConfusables, type Confusables } from '../terms/confusables.js';
import { proposeHomophones } from '../terms/number-homophones.js';
import { proposeTerms, type TermProposal } from '../terms/term-proposals.js';
import type { TermList } from '../terms/term-list.js';
import type { Branch, BranchedReading, DecoderBatch, RowOutput } from './decoder-batch.js';
import { logProbabilityOf } from './next-token.js';
import type { Hypothesis } from './search.js';
import type { SpeechModel } from './speech-model.js';
import type { CrossAttention } from './stream-encoder.js';

/** What reconsidering needs of the model. */
type TermReader = Pick<SpeechModel, 'endToken' | 'textOf' | 'encode'>;

/** Terms that may be said. */
export interface ExpectedTerms {
  readonly lists: readonly TermList[];
  readonly confusables: Confusables | undefined;
}

/** What some tokens may be instead. */
export interface TokenAlternative {
  readonly firstToken: number;
  readonly tokens: number;
  readonly text: string;
  /** How much likelier it is than what stands there, nats. */
  readonly odds: number;
}

/** A hypothesis, and what else its terms and numbers may be. */
export interface Reconsidered {
  /** With the decoder's own log-probabilities, which knows nothing of what a list says for a term. */
  readonly hypothesis: Hypothesis;
  readonly replaced: readonly ReplacedTokens[];
  readonly alternatives: readonly TokenAlternative[];
  /** What was weighed and found too light, by `nameOf`. */
  readonly weighed: ReadonlySet<string>;
  /** What the decoder said of each token before it was chosen; nothing where that is not known. */
  readonly outputs: readonly (RowOutput | undefined)[];
}

/** A term that took the place of what was written. */
interface ReplacedTokens {
  readonly firstToken: number;
  readonly tokens: number;
  /** Each of its tokens is at least as likely, with what the list says for the term. */
  readonly logProbability: number;
}

/** A hypothesis of which nothing was looked at yet. */
export function unconsidered(hypothesis: Hypothesis, outputs: readonly RowOutput[]): Reconsidered {
  return { hypothesis, replaced: [], alternatives: [], weighed: new Set(), outputs };
}

/** A text of which a part is heard again. */
export interface Revision {
  readonly former: Reconsidered;
  /** The token from which on it is heard again. */
  readonly from: number;
}

/** What was heard again, with what is known of the text before it and of its last tokens, the `rejoined`. */
export function reheard({ former, from }: Revision, hypothesis: Hypothesis, rejoined: number): Reconsidered {
  const end = former.hypothesis.tokens.length - rejoined;
  const longer = hypothesis.tokens.length - former.hypothesis.tokens.length;
  const kept = <Span extends TokenSpan>(spans: readonly Span[]): Span[] =>
    spans.flatMap((span) => {
      if (span.firstToken + span.tokens <= from) return [span];
      return span.firstToken >= end ? [{ ...span, firstToken: span.firstToken + longer }] : [];
    });
  const { replaced, alternatives, weighed, outputs } = former;
  // Of a circle, one round is kept: that may leave less than there was.
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
 * Looks at the terms that sound like what a hypothesis has: where the decoder, asked, finds one nearly as likely as what
 * it wrote, the term takes its place. What was weighed and does not stand there is told beside it. `prompt`: the tokens
 * before the hypothesis; `decoded`: what has read both already.
 */
export async function reconsiderTerms(
  earlier: Reconsidered,
  prompt: readonly number[],
  cross: CrossAttention,
  expected: ExpectedTerms,
  model: TermReader,
  batch: DecoderBatch,
  decoded?: BranchedReading,
): Promise<Reconsidered> {
  let { hypothesis, replaced, outputs } = earlier;
  let former: readonly TokenAlternative[] = [];
  let rejected = earlier.alternatives;
  const weighed = new Set(earlier.weighed);
  for (let round = 0; round < ROUNDS; round++) {
    const current = withReplaced(hypothesis, replaced);
    // What was weighed and found too light would be so again: only what stands by new words is worth the time.
    const changes = changesOf(current, expected, model, weighed).filter((change) => {
      const isWorthIt = mayBeLikely(change, current, outputs);
      if (!isWorthIt) weighed.add(nameOf(change));
      return isWorthIt;
    });
    if (changes.length === 0) break;
    const left = round === 0 ? decoded : undefined;
    const reading = left ?? (await batch.read(cross, [...prompt, ...current.tokens]));
    const scored = await score(changes, current, prompt.length, reading, model.endToken, batch);
    const chosen = bestApart(scored.filter((candidate) => worthOf(candidate) > 0));
    rejected = [...moved(rejected, chosen), ...moved(rejectedOf(scored, chosen), chosen)];
    for (const one of scored) if (worthOf(one) <= 0) weighed.add(nameOf(one.change));
    if (chosen.length === 0) break;
    former = [...moved(former, chosen), ...moved(replacedBy(chosen, scored), chosen)];
    replaced = [...moved(replaced, chosen), ...moved(chosen.map(asReplaced), chosen)];
    outputs = outputsAfter(outputs, chosen);
    hypothesis = applied(hypothesis, chosen);
  }
  return { hypothesis, replaced, alternatives: [...former, ...rejected], weighed, outputs };
}

/** The log-probabilities of a hypothesis with what lists say for the terms in it. */
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

/** Terms that stand next to each other change each other's likelihood: they are looked at again. */
const ROUNDS = 3;

/** Tokens behind a term that must be likely too. */
const FOLLOWING = 3;

/** Tokens whose logits are had at once: those of each take 131 kB. */
const MOST_AT_ONCE = 64;

/** New tokens for some of a hypothesis. */
interface Change {
  readonly proposal: TermProposal;
  /** What it would write, and what is written. */
  readonly text: string;
  readonly written: string;
  readonly firstToken: number;
  readonly tokens: number;
  readonly replacement: readonly number[];
}

function nameOf({ text, written }: Pick<Change, 'text' | 'written'>): string {
  return `${written}|${text}`;
}

interface ScoredChange {
  readonly change: Change;
  /** What the change adds to the sum of log-probabilities. */
  readonly gain: number;
  /** Of the new tokens, and of those behind them. */
  readonly logProbabilities: readonly number[];
  /** What the decoder said of each. */
  readonly outputs: readonly RowOutput[];
}

function changesOf(
  { tokens, logProbabilities }: Hypothesis,
  { lists, confusables }: ExpectedTerms,
  { textOf, encode }: TermReader,
  weighed: ReadonlySet<string>,
): Change[] {
  const words = spellWords(tokens, logProbabilities, textOf);
  const confused = confusables
    ? [...proposeConfusables(words, confusables), ...proposeHomophones(words)]
    : [];
  return [...proposeTerms(words, lists), ...confused].flatMap((proposal) => {
    const first = words[proposal.firstWord];
    const last = words[proposal.firstWord + proposal.words - 1];
    if (!first || !last) return [];
    let end = last.firstToken + last.tokens;
    // Punctuation behind the words stays.
    while (end > first.firstToken && isPunctuation(textOf(tokens[end - 1] ?? 0))) end--;
    if (end === first.firstToken) return [];
    const text = startsSentence(words, proposal.firstWord) ? capitalised(proposal.text) : proposal.text;
    const { firstToken } = first;
    const kept = spellWords(tokens.slice(firstToken, end), logProbabilities.slice(firstToken, end), textOf);
    const change = { proposal, text, written: joinWords(kept), firstToken, tokens: end - firstToken };
    return weighed.has(nameOf(change)) ? [] : [{ ...change, replacement: encode(withoutTallLetters(text)) }];
  });
}

/**
 * Whether a change may be made by what the decoder said of its first token: the others add nothing to its likelihood. What
 * takes no place is looked at in any case.
 */
function mayBeLikely(
  { proposal, firstToken, tokens, replacement }: Change,
  hypothesis: Hypothesis,
  outputs: readonly (RowOutput | undefined)[],
): boolean {
  const [first] = replacement;
  const said = outputs[firstToken]?.logits;
  if (first === undefined || !said || proposal.allowance < 0) return true;
  const behind = firstToken + tokens + FOLLOWING;
  const given = sum(likelihoods(hypothesis).slice(firstToken, behind));
  return logProbabilityOf(first, said) - given + proposal.allowance + proposal.context > 0;
}

async function score(
  changes: readonly Change[],
  hypothesis: Hypothesis,
  promptLength: number,
  reading: BranchedReading,
  endToken: number,
  batch: DecoderBatch,
): Promise<ScoredChange[]> {
  const scored: ScoredChange[] = [];
  const ended = hypothesis.stopped === 'end' ? [...hypothesis.tokens, endToken] : hypothesis.tokens;
  const all = likelihoods(hypothesis);
  let pending: { change: Change; branch: Branch; wanted: readonly number[] }[] = [];
  const flush = async () => {
    if (pending.length === 0) return;
    const outputs = await batch.readBranches(
      reading,
      pending.map(({ branch }) => branch),
    );
    pending.forEach(({ change, wanted }, index) => {
      const rows = outputs[index] ?? [];
      const found = wanted.map((token, place) =>
        logProbabilityOf(token, rows[place]?.logits ?? new Float32Array(0)),
      );
      const before = all.slice(
        change.firstToken,
        change.firstToken + change.tokens + (wanted.length - change.replacement.length),
      );
      scored.push({
        change,
        gain: sum(found) - sum(before),
        logProbabilities: found,
        outputs: rows,
      });
    });
    pending = [];
  };
  for (const change of changes) {
    const behind = change.firstToken + change.tokens;
    const wanted = [...change.replacement, ...ended.slice(behind, behind + FOLLOWING)];
    const from = promptLength + change.firstToken - 1;
    const before = reading.tokens[from];
    if (before === undefined) continue;
    const branch = { from, tokens: [before, ...wanted.slice(0, -1)] };
    const held = sum(pending.map((one) => one.branch.tokens.length));
    if (held + branch.tokens.length > MOST_AT_ONCE) await flush();
    pending.push({ change, branch, wanted });
  }
  await flush();
  return scored;
}

/** The log-probabilities of all tokens, and of the end where the model came to one: by no end a change would gain without bounds. */
function likelihoods({ logProbabilities, endLogProbability, stopped }: Hypothesis): readonly number[] {
  return stopped === 'end' ? [...logProbabilities, endLogProbability] : logProbabilities;
}

/** What speaks for a change: it is made where this is above 0. */
function worthOf({ gain, change }: ScoredChange): number {
  return gain + change.proposal.allowance + change.proposal.context;
}

/**
 * How much likelier the change is than what is written. What cannot take its place has no allowance to add, and what
 * fits well is not surer for it: nobody has heard that.
 */
function oddsOf({ gain, change }: ScoredChange): number {
  const { allowance, context } = change.proposal;
  return allowance > 0 ? gain + allowance + Math.min(context, 0) : gain;
}

/** What was not chosen, where what was written stays. */
function rejectedOf(scored: readonly ScoredChange[], chosen: readonly ScoredChange[]): TokenAlternative[] {
  return scored
    .filter(({ change }) => chosen.every((other) => !overlap(change, other.change)))
    .map((one) => alternative(one.change, one.change.text, oddsOf(one)));
}

/** What was written where a change was chosen, and what else could have come there. */
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

function alternative({ firstToken, tokens }: Change, text: string, odds: number): TokenAlternative {
  return { firstToken, tokens, text, odds };
}

function asReplaced(scored: ScoredChange): ReplacedTokens {
  const { firstToken, tokens } = scored.change;
  return { firstToken, tokens, logProbability: -Math.log1p(Math.exp(-oddsOf(scored))) };
}

/** Spans where they stand after the changes; those that a change cuts are lost. */
function moved<Span extends TokenSpan>(spans: readonly Span[], chosen: readonly ScoredChange[]): Span[] {
  return spans.flatMap((one) => {
    let { firstToken, tokens } = one;
    for (const { change } of chosen) {
      const longer = change.replacement.length - change.tokens;
      const isSame = change.firstToken === one.firstToken && change.tokens === one.tokens;
      if (isSame) tokens += longer;
      else if (overlap(change, one)) return [];
      else if (change.firstToken < one.firstToken) firstToken += longer;
    }
    return [{ ...one, firstToken, tokens }];
  });
}

type TokenSpan = Pick<TokenAlternative, 'firstToken' | 'tokens'>;

function overlap(one: TokenSpan, other: TokenSpan): boolean {
  return one.firstToken < other.firstToken + other.tokens && other.firstToken < one.firstToken + one.tokens;
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

function applied(hypothesis: Hypothesis, chosen: readonly ScoredChange[]): Hypothesis {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  const frames: number[] = [];
  // What stands behind a change is as likely as it is behind that.
  const follows = [...hypothesis.logProbabilities, hypothesis.endLogProbability];
  for (const { change, logProbabilities: found } of chosen)
    found.slice(change.replacement.length).forEach((value, place) => {
      follows[change.firstToken + change.tokens + place] = value;
    });
  let from = 0;
  const keep = (to: number) => {
    tokens.push(...hypothesis.tokens.slice(from, to));
    logProbabilities.push(...follows.slice(from, to));
    frames.push(...hypothesis.frames.slice(from, to));
  };
  for (const { change, logProbabilities: found, outputs } of chosen) {
    const { length } = change.replacement;
    keep(change.firstToken);
    tokens.push(...change.replacement);
    logProbabilities.push(...found.slice(0, length));
    frames.push(...outputs.slice(0, length).map(({ frame }) => frame));
    from = change.firstToken + change.tokens;
  }
  keep(hypothesis.tokens.length);
  return { ...hypothesis, tokens, logProbabilities, frames, endLogProbability: follows.at(-1) ?? 0 };
}

/** What was said of each token of a hypothesis with changes: of those that stand far behind one, what was said before. */
function outputsAfter(
  outputs: readonly (RowOutput | undefined)[],
  chosen: readonly ScoredChange[],
): (RowOutput | undefined)[] {
  const after: (RowOutput | undefined)[] = [];
  let from = 0;
  for (const { change, outputs: said } of chosen) {
    after.push(...outputs.slice(from, change.firstToken), ...said);
    from = change.firstToken + change.tokens + said.length - change.replacement.length;
  }
  return [...after, ...outputs.slice(from)];
}

function isPunctuation({ bytes }: TokenText): boolean {
  return bytes.every((byte) => byte < 0x80 && !/[A-Za-z0-9 ]/.test(String.fromCharCode(byte)));
}

function startsSentence(words: readonly { readonly text: string }[], place: number): boolean {
  const first = words[place]?.text.charAt(0) ?? '';
  if (first === first.toLowerCase()) return false;
  return place === 0 || /[.?!]$/.test(words[place - 1]?.text ?? '');
}

/** Lists may have `MetoPROLOL`, so that eyes tell it from its like. No text that a decoder has read does. */
function withoutTallLetters(text: string): string {
  return text.replace(/\p{L}+/gu, (word) =>
    /\p{Ll}/u.test(word) && /\p{Lu}{3}/u.test(word) ? word.charAt(0) + word.slice(1).toLowerCase() : word,
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
