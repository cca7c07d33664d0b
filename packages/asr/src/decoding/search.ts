import type { RowOutput } from './decoder-batch.js';
import { drawnToken, likeliestToken, likeliestTokens, type ScoredToken } from './next-token.js';
import type { TermMatch, TermMatcher } from '../terms/term-match.js';
import { loopAtEnd, withoutRounds, type WantedAudio } from './repetition.js';
import type { TokenRules } from './token-rules.js';

/** The text that a search found. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  /** Natural logarithm of each token's probability. */
  readonly logProbabilities: readonly number[];
  /** The encoder frame that the decoder listened to most for each token. */
  readonly frames: readonly number[];
  /** Natural logarithm of the probability that the text ends after these tokens. */
  readonly endLogProbability: number;
  /**
   * Why it stopped: the model ended it, it ran out of tokens, or it went round in a loop, of which one round is kept.
   */
  readonly stopped: 'end' | 'length' | 'repetition';
  /** Where a search that did not come to an end lost its way, encoder frames. */
  readonly lostIn?: Stretch;
}

/** A part of the audio, by its beginning and its end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The mean of the logarithms, including that of the end; minus infinity for a text that did not come to its end. */
export function meanWithEnd(hypothesis: Hypothesis): number {
  return textLogProbability(hypothesis) / (hypothesis.logProbabilities.length + 1);
}

/** The mean natural logarithm of the token probabilities; -Infinity without tokens. */
export function meanLogProbability({ logProbabilities }: Pick<Hypothesis, 'logProbabilities'>): number {
  if (logProbabilities.length === 0) return -Infinity;
  return logProbabilities.reduce((sum, value) => sum + value, 0) / logProbabilities.length;
}

/** The logarithm of a text's probability, according to the decoder alone. */
export function textLogProbability({ logProbabilities, endLogProbability }: Hypothesis): number {
  return logProbabilities.reduce((total, value) => total + value, endLogProbability);
}

/** The same, with the bonuses of the terms in it, nats. */
export function logProbabilityWithTerms(hypothesis: Hypothesis, terms: TermMatcher): number {
  return textLogProbability(hypothesis) + terms.end(matchOf(terms, hypothesis.tokens)).settled;
}

function matchOf(terms: TermMatcher, tokens: readonly number[]): TermMatch {
  return tokens.reduce((match, token) => terms.next(match, token), terms.start);
}

/** What a search wants next: to feed its rows tokens, or to end. */
export type SearchStep = { readonly kind: 'continue'; readonly feeds: readonly SearchFeed[] } | SearchEnd;

/** The end of a search. */
export interface SearchEnd {
  readonly kind: 'ended';
  readonly hypothesis: Hypothesis;
  /**
   * How many of its last tokens were copied from the former text once the search came back to it, see
   * `SearchOptions.former`.
   */
  readonly rejoined: number;
}

/** A token for a row, which continues from what the row numbered `from` has read. */
export interface SearchFeed {
  readonly token: number;
  readonly from: number;
}

/** Chooses the tokens of one utterance. */
export interface Search {
  /** How many rows of the batch it needs. */
  readonly rows: number;
  /** `outputs`: one per row; in the first step, all are the same. */
  readonly advance: (outputs: readonly RowOutput[]) => SearchStep;
}

/** How tokens are chosen. */
export interface SearchOptions {
  readonly rules: TokenRules;
  readonly endToken: number;
  /**
   * More tokens than the audio can hold: a search that gets there has lost its way. Repetitions count once, since
   * they are known not to take more audio than there is.
   */
  readonly maxTokens: number;
  /** The same, with repetitions counted in full. */
  readonly mostTokens: number;
  readonly audio: WantedAudio;
  /** Whether the audio is known to hold speech, so that the text must not end before it begins. */
  readonly speaks?: boolean;
  /** Beams of the search; 1 is greedy. */
  readonly beams: number;
  /** At 0, the likeliest token is taken; above, tokens are drawn at random, with one beam. */
  readonly temperature: number;
  /** Terms that a search with several beams favours: it adds to their probability. */
  readonly terms?: TermMatcher;
  /**
   * For several beams, the text to revise. All beams begin as it does, and end as it does once they have come back to it.
   */
  readonly former?: FormerText;
}

/** A text as it was heard before. */
interface FormerText {
  readonly hypothesis: Hypothesis;
  /** The token from which on the text may differ. */
  readonly from: number;
}

/** Makes a search for one utterance. */
export function createSearch(options: SearchOptions): Search {
  return options.beams > 1 && options.temperature === 0 ? beamSearch(options) : singleSearch(options);
}

function singleSearch(options: SearchOptions): Search {
  const { rules, endToken, temperature, speaks } = options;
  let current = nothing;
  const random = randomNumbers();
  return {
    rows: 1,
    advance([output]) {
      if (!output) throw new RangeError('a search needs the output of its row');
      rules.restrict(output.logits, 0, output.logits.length, current.tokens);
      const chosen =
        temperature === 0 ? likeliestToken(output.logits) : drawnToken(output.logits, temperature, random());
      const isBlank = chosen.token === endToken && speaks === true && current === nothing;
      const { token, logProbability } = isBlank ? secondLikeliest(output.logits) : chosen;
      if (token === endToken) return ended(current, 'end', logProbability);
      current = extended(current, token, logProbability, output.frame);
      const stopped = stoppedShort(current, options);
      return stopped ?? { kind: 'continue', feeds: [{ token, from: 0 }] };
    },
  };
}

/** The second likeliest token, with its probability among all tokens. */
function secondLikeliest(logits: Float32Array): ScoredToken {
  const [, second] = likeliestTokens(logits, 2);
  if (!second) throw new RangeError('a vocabulary has more than one token');
  return second;
}

/**
 * Keeps the likeliest hypotheses until as many of them have ended as there are beams. The result is the one whose tokens are
 * likeliest on average, as in openai/whisper; with terms, the one whose tokens and terms together are likeliest.
 */
function beamSearch(options: SearchOptions): Search {
  const { beams, terms, former } = options;
  const begun = former ? beginningOf(former) : nothing;
  let live: readonly Beam[] = [{ path: begun, match: terms && matchOf(terms, begun.tokens) }];
  const finished: FinishedBeam[] = [];

  return {
    rows: beams,
    advance(outputs) {
      const candidates = live.flatMap((beam, row) => candidatesOf(beam, row, outputs[row], options));
      candidates.sort((one, other) => other.worth - one.worth);
      const next = takeBest(candidates, finished, options);
      if (finished.length >= beams || next.length === 0)
        return bestOf(finished.length > 0 ? finished : live.map((beam) => cutShort(beam, terms)));
      live = next.map(({ beam }) => beam);
      const [first] = next;
      const rejoined = first && former && rejoin(first.beam, former, terms);
      if (rejoined) return bestOf([...finished, rejoined]);
      // There may be fewer ways to go on than rows: the other rows follow the best, and are ignored.
      const feeds = Array.from({ length: beams }, (_, row) => next[row]?.feed ?? first?.feed);
      return { kind: 'continue', feeds: feeds.filter((feed) => feed !== undefined) };
    },
  };
}

/** A beam with one token more. */
interface Candidate {
  readonly row: number;
  readonly beam: Beam;
  readonly token: number;
  readonly logProbability: number;
  readonly frame: number;
  /** The match with that token. */
  readonly match: TermMatch | undefined;
  /** What candidates are compared by: the sum of the log-probabilities and of what terms add, also for now. */
  readonly worth: number;
}

/** The likeliest ways on from a beam and, with terms, those that terms ask for. Restricts the logits of `output`. */
function candidatesOf(
  beam: Beam,
  row: number,
  output: RowOutput | undefined,
  { rules, endToken, beams, terms, speaks }: SearchOptions,
): Candidate[] {
  if (!output) return [];
  const { path, match } = beam;
  rules.restrict(output.logits, 0, output.logits.length, path.tokens);
  const likeliest = likeliestTokens(output.logits, beams + 1);
  const wanted = match && terms ? termTokens(output.logits, likeliest, match, terms) : [];
  // An end must be the likeliest token: otherwise it comes too early, and the text is likely only as it is short.
  const endsFrom = speaks && path === nothing ? -1 : 0;
  const next = likeliest.filter(({ token }, place) => token !== endToken || place === endsFrom);
  return [...next, ...wanted].map(({ token, logProbability }) => {
    const sum = path.sum + logProbability;
    const matched = match && terms?.next(match, token);
    const worth = sum + (matched ? matched.settled + matched.pending : 0);
    return { row, beam, token, logProbability, frame: output.frame, match: matched, worth };
  });
}

/** A beam that goes on, and what its row is fed. */
interface NextBeam {
  readonly beam: Beam;
  readonly feed: SearchFeed;
}

/** Takes candidates, the best first, until there are enough beams to go on with; those that end are added to `finished`. */
function takeBest(
  candidates: readonly Candidate[],
  finished: FinishedBeam[],
  options: SearchOptions,
): readonly NextBeam[] {
  const { beams, endToken, terms } = options;
  const next: NextBeam[] = [];
  for (const { row, beam, token, logProbability, frame, match } of candidates) {
    if (next.length === beams || finished.length >= beams) break;
    if (token === endToken) {
      finished.push(finish(beam, hypothesisOf(beam.path, 'end', logProbability), terms));
      continue;
    }
    const path = extended(beam.path, token, logProbability, frame);
    const stopped = stoppedShort(path, options);
    if (stopped) finished.push(finish(beam, stopped.hypothesis, terms));
    else next.push({ beam: { path, match }, feed: { token, from: row } });
  }
  return next;
}

function finish({ path, match }: Beam, ended: Hypothesis, terms: TermMatcher | undefined): FinishedBeam {
  // Not the mean, in which a term would be worth less the longer the text around it is.
  const worth =
    match && terms ? path.sum + ended.endLogProbability + terms.end(match).settled : meanWithEnd(ended);
  return { hypothesis: ended, worth, rejoined: 0 };
}

/** A beam from which there is no way on. */
function cutShort(beam: Beam, terms: TermMatcher | undefined): FinishedBeam {
  return finish(beam, hypothesisOf(beam.path, 'length', -Infinity), terms);
}

/** Ends a beam as the former text does, if it has come back to it. */
function rejoin(
  { path, match }: Beam,
  former: FormerText,
  terms: TermMatcher | undefined,
): FinishedBeam | undefined {
  const place = match?.pending ? undefined : placeRejoined(path, former);
  if (place === undefined) return undefined;
  const whole = continued(path, former.hypothesis, place);
  const worth = terms ? logProbabilityWithTerms(whole, terms) : meanWithEnd(whole);
  return { hypothesis: whole, worth, rejoined: former.hypothesis.tokens.length - place };
}

function bestOf(finished: readonly FinishedBeam[]): SearchEnd {
  const { hypothesis, rejoined } = finished.reduce((one, other) => (other.worth > one.worth ? other : one));
  return { kind: 'ended', hypothesis, rejoined };
}

/**
 * Tokens that continue a term or begin one without being among the likeliest: a term that the decoder does not know
 * begins with a token that it finds unlikely.
 */
function termTokens(
  logits: Float32Array,
  likeliest: readonly ScoredToken[],
  match: TermMatch,
  terms: TermMatcher,
): ScoredToken[] {
  const [first] = likeliest;
  if (!first) return [];
  const logSum = (logits[first.token] ?? 0) - first.logProbability;
  const taken = new Set(likeliest.map(({ token }) => token));
  const wanted: ScoredToken[] = [];
  const add = (tokens: Iterable<number>, least: number) => {
    for (const token of tokens) {
      const logProbability = (logits[token] ?? -Infinity) - logSum;
      if (logProbability <= least || taken.has(token)) continue;
      taken.add(token);
      wanted.push({ token, logProbability });
    }
  };
  add(terms.onward(match).keys(), LEAST_LIKELY.onward);
  add(terms.beginnings().keys(), LEAST_LIKELY.beginning);
  return wanted;
}

/** The least log-probability of tokens that continue a term, and that begin one, nats (bench `terms`). */
const LEAST_LIKELY = { onward: -10, beginning: -7 } as const;

/** A beam: one of the hypotheses that are followed side by side. */
interface Beam {
  readonly path: Path;
  readonly match: TermMatch | undefined;
}

interface FinishedBeam {
  readonly hypothesis: Hypothesis;
  /** The mean of the log-probabilities or, with terms, the sum of them and of what terms add. */
  readonly worth: number;
  /** See `SearchEnd.rejoined`. */
  readonly rejoined: number;
}

/** A hypothesis that grows. */
interface Path {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly frames: readonly number[];
  /** The sum of all log-probabilities. */
  readonly sum: number;
}

const nothing: Path = { tokens: [], logProbabilities: [], frames: [], sum: 0 };

function beginningOf({ hypothesis, from }: FormerText): Path {
  const logProbabilities = hypothesis.logProbabilities.slice(0, from);
  return {
    tokens: hypothesis.tokens.slice(0, from),
    logProbabilities,
    frames: hypothesis.frames.slice(0, from),
    sum: logProbabilities.reduce((sum, value) => sum + value, 0),
  };
}

function extended(path: Path, token: number, logProbability: number, frame: number): Path {
  return {
    tokens: [...path.tokens, token],
    logProbabilities: [...path.logProbabilities, logProbability],
    frames: [...path.frames, frame],
    sum: path.sum + logProbability,
  };
}

/** The end of a path that goes round in a loop, of which one round is kept, or has become too long. */
function stoppedShort(path: Path, { maxTokens, mostTokens, audio }: SearchOptions): SearchEnd | undefined {
  const { tokens, logProbabilities, frames, sum } = path;
  const loop = loopAtEnd(path, audio);
  if (loop) {
    const { firstToken, roundTokens } = loop;
    const kept = firstToken + roundTokens;
    const cut = {
      tokens: tokens.slice(0, kept),
      logProbabilities: logProbabilities.slice(0, kept),
      frames: frames.slice(0, kept),
      sum,
    };
    const from = frames[firstToken - 1] ?? audio.from;
    const heard = frames.slice(firstToken).filter((frame) => frame <= audio.to);
    return ended(cut, 'repetition', -Infinity, { from, to: median(heard) ?? from });
  }
  if (tokens.length < maxTokens) return undefined;
  if (tokens.length < mostTokens && withoutRounds(tokens).length < maxTokens) return undefined;
  const last = frames.at(-1) ?? audio.from;
  return ended(path, 'length', -Infinity, { from: last, to: last });
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/**
 * The place in a former text to which a path has come back: the tokens before this place are the last ones of the path, and
 * come after the token from which on the text may differ. If words are said twice, those heard at the same time count.
 */
function placeRejoined({ tokens, frames }: Path, { hypothesis, from }: FormerText): number | undefined {
  if (tokens.length - from <= REJOINED) return undefined;
  const tail = tokens.slice(-REJOINED);
  const heardAt = frames.at(-1) ?? 0;
  let best: { readonly place: number; readonly apart: number } | undefined;
  for (let place = from + 1 + REJOINED; place <= hypothesis.tokens.length; place++) {
    if (!tail.every((token, index) => hypothesis.tokens[place - REJOINED + index] === token)) continue;
    const apart = Math.abs((hypothesis.frames[place - 1] ?? 0) - heardAt);
    if (!best || apart < best.apart) best = { place, apart };
  }
  return best?.place;
}

/**
 * How many tokens the best beam must share with the former text to be taken to have come back to it (bench `terms`).
 */
const REJOINED = 4;

/** A path, continued with a former text from a place on. */
function continued(path: Path, former: Hypothesis, place: number): Hypothesis {
  return {
    ...former,
    tokens: [...path.tokens, ...former.tokens.slice(place)],
    logProbabilities: [...path.logProbabilities, ...former.logProbabilities.slice(place)],
    frames: [...path.frames, ...former.frames.slice(place)],
  };
}

function ended(
  path: Path,
  stopped: Hypothesis['stopped'],
  endLogProbability: number,
  lostIn?: Stretch,
): SearchEnd {
  const hypothesis = hypothesisOf(path, stopped, endLogProbability);
  return { kind: 'ended', hypothesis: lostIn ? { ...hypothesis, lostIn } : hypothesis, rejoined: 0 };
}

function hypothesisOf(
  { tokens, logProbabilities, frames }: Path,
  stopped: Hypothesis['stopped'],
  endLogProbability: number,
): Hypothesis {
  return { tokens, logProbabilities, frames, endLogProbability, stopped };
}

/** Makes random numbers (mulberry32), the same for every utterance, so that transcripts can be reproduced. */
function randomNumbers(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
