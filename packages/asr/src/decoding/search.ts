import type { RowOutput } from './decoder-batch.js';
import { drawnToken, likeliestToken, likeliestTokens, type ScoredToken } from './next-token.js';
import type { TermMatch, TermMatcher } from '../terms/term-match.js';
import { circleAtEnd, withoutRounds, type WantedAudio } from './repetition.js';
import type { TokenRules } from './token-rules.js';

/** The text that a search came to. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  /** Natural logarithm of each token's probability. */
  readonly logProbabilities: readonly number[];
  /** The encoder frame that the decoder listened to most for each token. */
  readonly frames: readonly number[];
  /** Of the decision to end after these tokens. */
  readonly endLogProbability: number;
  /** Why it stopped: the model ended it, it ran out of tokens, or it went in a circle, of which one round is kept. */
  readonly stopped: 'end' | 'length' | 'repetition';
  /** The encoder frames that a search that did not come to an end lost its way between. */
  readonly lostIn?: Stretch;
}

/** A part of the audio, from its beginning to its end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The mean of the logarithms with that of the end: of a text that did not come to its end, minus infinity. */
export function meanWithEnd(hypothesis: Hypothesis): number {
  return textLogProbability(hypothesis) / (hypothesis.logProbabilities.length + 1);
}

/** The mean natural logarithm of the token probabilities; -Infinity without tokens. */
export function meanLogProbability({ logProbabilities }: Pick<Hypothesis, 'logProbabilities'>): number {
  if (logProbabilities.length === 0) return -Infinity;
  return logProbabilities.reduce((sum, value) => sum + value, 0) / logProbabilities.length;
}

/** The logarithm of a text's probability, by the decoder alone. */
export function textLogProbability({ logProbabilities, endLogProbability }: Hypothesis): number {
  return logProbabilities.reduce((total, value) => total + value, endLogProbability);
}

/** The same with what the terms in it add, nats. */
export function logProbabilityWithTerms(hypothesis: Hypothesis, terms: TermMatcher): number {
  return textLogProbability(hypothesis) + terms.end(matchOf(terms, hypothesis.tokens)).settled;
}

function matchOf(terms: TermMatcher, tokens: readonly number[]): TermMatch {
  return tokens.reduce((match, token) => terms.next(match, token), terms.start);
}

/** What a search makes of its rows' outputs: tokens to feed them, or its end. */
export type SearchStep = { readonly kind: 'continue'; readonly feeds: readonly SearchFeed[] } | SearchEnd;

/** The end of a search. */
export interface SearchEnd {
  readonly kind: 'ended';
  readonly hypothesis: Hypothesis;
  /** How many of its last tokens were taken from the text that it came back to, see `SearchOptions.former`. */
  readonly rejoined: number;
}

/** A token for a row, which goes on from what the row numbered `from` has read. */
export interface SearchFeed {
  readonly token: number;
  readonly from: number;
}

/** Chooses the tokens of one utterance. */
export interface Search {
  /** Rows of the batch that it needs. */
  readonly rows: number;
  /** `outputs`: one a row; for the first step all are the same. */
  advance(outputs: readonly RowOutput[]): SearchStep;
}

/** How tokens are chosen. */
export interface SearchOptions {
  readonly rules: TokenRules;
  readonly endToken: number;
  /**
   * More tokens than the audio can hold: a search that gets there has lost its way. What is said again and again counts
   * once, as it is known not to take more audio than there is.
   */
  readonly maxTokens: number;
  /** More tokens than that by any count. */
  readonly mostTokens: number;
  readonly audio: WantedAudio;
  /** Whether somebody is known to speak: the text does not end before it begins. */
  readonly speaks?: boolean;
  /** Hypotheses that go on side by side; 1 is greedy. */
  readonly beams: number;
  /** 0 takes the likeliest token; above, tokens are drawn, from one beam. */
  readonly temperature: number;
  /** Terms that several beams look for: they are likelier than the decoder thinks. */
  readonly terms?: TermMatcher;
  /** What several beams are to hear otherwise: their text begins as the former, and once it comes back, ends as that. */
  readonly former?: FormerText;
}

/** A text as it was heard before. */
interface FormerText {
  readonly hypothesis: Hypothesis;
  /** The token from which on it may have been another. */
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

/** As likely as it is where the likeliest may come, too. */
function secondLikeliest(logits: Float32Array): ScoredToken {
  const [, second] = likeliestTokens(logits, 2);
  if (!second) throw new RangeError('a vocabulary has more than one token');
  return second;
}

/**
 * Keeps the likeliest beginnings, until as many as there are beams have ended; the one whose tokens are likeliest on
 * average is the result, as in openai/whisper. With terms it is the one whose tokens and terms together are likeliest.
 */
function beamSearch(options: SearchOptions): Search {
  const { rules, endToken, beams, terms, former, speaks } = options;
  const begun = former ? beginningOf(former) : nothing;
  let live: readonly Beam[] = [{ path: begun, match: terms && matchOf(terms, begun.tokens) }];
  const finished: FinishedBeam[] = [];

  const finish = ({ path, match }: Beam, ended: Hypothesis) => {
    // By the mean a term would be worth less the longer the text around it is.
    const worth =
      match && terms ? path.sum + ended.endLogProbability + terms.end(match).settled : meanWithEnd(ended);
    finished.push({ hypothesis: ended, worth, rejoined: 0 });
  };

  /** Lets the best beam end as the former text does, where it has come back to it. */
  const rejoin = ({ path, match }: Beam): boolean => {
    const place = former && !match?.pending ? placeRejoined(path, former) : undefined;
    if (!former || place === undefined) return false;
    const whole = continued(path, former.hypothesis, place);
    const worth = terms ? logProbabilityWithTerms(whole, terms) : meanWithEnd(whole);
    finished.push({ hypothesis: whole, worth, rejoined: former.hypothesis.tokens.length - place });
    return true;
  };

  const best = (): SearchStep => {
    if (finished.length === 0)
      for (const beam of live) finish(beam, hypothesisOf(beam.path, 'length', -Infinity));
    const { hypothesis, rejoined } = finished.reduce((one, other) => (other.worth > one.worth ? other : one));
    return { kind: 'ended', hypothesis, rejoined };
  };

  return {
    rows: beams,
    advance(outputs) {
      const candidates = live.flatMap((beam, row) => {
        const output = outputs[row];
        if (!output) return [];
        const { path, match } = beam;
        rules.restrict(output.logits, 0, output.logits.length, path.tokens);
        const likeliest = likeliestTokens(output.logits, beams + 1);
        const wanted = match && terms ? termTokens(output.logits, likeliest, match, terms) : [];
        // An end that is not the likeliest token comes too early: its hypothesis is short, and good for what it has.
        const endsFrom = speaks && path === nothing ? -1 : 0;
        const next = likeliest.filter(({ token }, place) => token !== endToken || place === endsFrom);
        return [...next, ...wanted].map(({ token, logProbability }) => {
          const sum = path.sum + logProbability;
          const matched = match && terms?.next(match, token);
          const worth = sum + (matched ? matched.settled + matched.pending : 0);
          return { row, beam, token, logProbability, frame: output.frame, match: matched, worth };
        });
      });
      candidates.sort((one, other) => other.worth - one.worth);
      const next: { readonly beam: Beam; readonly feed: SearchFeed }[] = [];
      for (const { row, beam, token, logProbability, frame, match } of candidates) {
        if (next.length === beams || finished.length >= beams) break;
        if (token === endToken) {
          finish(beam, hypothesisOf(beam.path, 'end', logProbability));
          continue;
        }
        const path = extended(beam.path, token, logProbability, frame);
        const stopped = stoppedShort(path, options);
        if (stopped) finish(beam, stopped.hypothesis);
        else next.push({ beam: { path, match }, feed: { token, from: row } });
      }
      if (finished.length >= beams || next.length === 0) return best();
      live = next.map(({ beam }) => beam);
      const [first] = next;
      if (first && rejoin(first.beam)) return best();
      // Fewer ways to go on than rows: the others follow the best, and are not looked at.
      const feeds = Array.from({ length: beams }, (_, row) => next[row]?.feed ?? first?.feed);
      return { kind: 'continue', feeds: feeds.filter((feed) => feed !== undefined) };
    },
  };
}

/**
 * Tokens that go on with a term or begin one, and are not among the likeliest: a term that the decoder does not know
 * begins with what it finds unlikely.
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

/** Tokens that go on with a term, or begin one, and are less likely than this do not, nats (bench `terms`). */
const LEAST_LIKELY = { onward: -10, beginning: -7 } as const;

/** One of the hypotheses that go on side by side. */
interface Beam {
  readonly path: Path;
  readonly match: TermMatch | undefined;
}

interface FinishedBeam {
  readonly hypothesis: Hypothesis;
  /** The mean of the log-probabilities, or their sum with what terms add. */
  readonly worth: number;
  /** See `SearchEnd.rejoined`. */
  readonly rejoined: number;
}

/** A hypothesis that grows. */
interface Path {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly frames: readonly number[];
  /** Of all log-probabilities. */
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

/** The end of a path that goes in a circle, of which one round is kept, or has become too long. */
function stoppedShort(path: Path, { maxTokens, mostTokens, audio }: SearchOptions): SearchEnd | undefined {
  const { tokens, logProbabilities, frames, sum } = path;
  const circle = circleAtEnd(path, audio);
  if (circle) {
    const { firstToken, roundTokens } = circle;
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
 * The place in a former text that a path has come back to: its last tokens stand before it, behind the token that may have
 * been another. Of words that are said twice it is those that were heard at the same time.
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

/** Tokens that the best beam shares with the former text once it is taken to go on like that (bench `terms`). */
const REJOINED = 4;

/** A path with what stands from a place on in a former text. */
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

/** The same numbers for every utterance, so that a transcript can be had again (mulberry32). */
function randomNumbers(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
