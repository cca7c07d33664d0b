import { groupByKind, type Clip } from '../clips/manifest.js';
import type { Hypotheses } from './hypotheses.js';
import { comparableText, comparableWords } from './comparable-text.js';
import { countLostRuns, type LostRuns } from './lost-runs.js';
import { wordsOf } from './normalise-english.js';
import { countTurnErrors, type TurnErrors } from './turn-errors.js';
import { addWordErrors, alignWords, sumErrors, wordErrorRate, type WordErrors } from './word-errors.js';

/** How well clips were transcribed. */
export interface Scorecard {
  readonly kinds: Readonly<Record<string, KindScore>>;
  /** All clips with speech together. Absent if there were none. */
  readonly all?: KindScore;
  readonly noise?: NoiseScore | undefined;
  readonly terms?: TermScore | undefined;
  readonly turns?: TurnScore | undefined;
  /** Ids of clips without a hypothesis; they are left out. */
  readonly missing: readonly string[];
  readonly clips: readonly ClipScore[];
}

/** Errors over all clips of one kind; `wer` is edits divided by reference words, over the whole kind. */
export interface KindScore extends WordErrors {
  readonly clips: number;
  readonly hours: number;
  readonly wer: number;
  readonly lost: LostRuns;
}

/** Errors at changes of speaker, in the clips whose turns are known. */
interface TurnScore extends TurnErrors {
  readonly wer: number;
}

/** Words heard although nobody spoke. */
interface NoiseScore {
  readonly clips: number;
  readonly hours: number;
  readonly inventedWords: number;
  readonly inventedPerHour: number;
  /** Clips in which a word was heard. */
  readonly heardIn: readonly { readonly id: string; readonly words: number }[];
}

/** Terms whose normalised words were found in order and next to each other. */
interface TermScore {
  readonly terms: number;
  readonly found: number;
  readonly recall: number;
}

/** One clip's own figures. */
interface ClipScore extends WordErrors {
  readonly id: string;
  readonly kind: string;
  readonly seconds: number;
  readonly lost: LostRuns;
}

/** Scores hypotheses against what was said, both in the form of `comparableText`. */
export function scoreClips(clips: readonly Clip[], hypotheses: Hypotheses): Scorecard {
  const heard = clips.flatMap((clip) => {
    const hypothesis = hypotheses.get(clip.id);
    return hypothesis === undefined ? [] : [{ clip, text: comparableText(hypothesis) }];
  });
  const scores = heard.filter(({ clip }) => clip.kind !== 'noise').flatMap(scoreSpeech);
  const kinds = groupByKind(scores);
  const noise = scoreNoise(heard.filter(({ clip }) => clip.kind === 'noise'));
  const terms = scoreTerms(heard);
  return {
    kinds: Object.fromEntries([...kinds].map(([kind, ofKind]) => [kind, scoreKind(ofKind)])),
    ...(scores.length > 0 && { all: scoreKind(scores) }),
    noise,
    terms,
    turns: scoreTurns(heard),
    missing: clips.filter((clip) => !hypotheses.has(clip.id)).map((clip) => clip.id),
    clips: scores,
  };
}

interface Heard {
  readonly clip: Clip;
  /** Normalised. */
  readonly text: string;
}

function scoreSpeech({ clip, text }: Heard): ClipScore[] {
  const reference = comparableWords(clip.text);
  if (reference.length === 0) return [];
  const words = wordsOf(text);
  const pairs = alignWords(reference, words);
  const { id, kind, durationSeconds: seconds } = clip;
  return [{ id, kind, seconds, ...sumErrors(pairs, reference, words), lost: countLostRuns(pairs) }];
}

function scoreKind(scores: readonly ClipScore[]): KindScore {
  const errors = addWordErrors(scores);
  const sum = (of: (score: ClipScore) => number) => scores.reduce((total, score) => total + of(score), 0);
  return {
    clips: scores.length,
    hours: sum(({ seconds }) => seconds) / 3600,
    ...errors,
    wer: wordErrorRate(errors),
    lost: { runs: sum(({ lost }) => lost.runs), words: sum(({ lost }) => lost.words) },
  };
}

function scoreTurns(heard: readonly Heard[]): TurnScore | undefined {
  const scores = heard.flatMap(({ clip: { turns }, text }) =>
    turns === undefined ? [] : [countTurnErrors(turns, wordsOf(text))],
  );
  if (scores.length === 0) return undefined;
  const errors = addWordErrors(scores);
  return {
    changes: scores.reduce((sum, { changes }) => sum + changes, 0),
    ...errors,
    wer: wordErrorRate(errors),
  };
}

function scoreNoise(heard: readonly Heard[]): NoiseScore | undefined {
  if (heard.length === 0) return undefined;
  const heardIn = heard
    .map(({ clip, text }) => ({ id: clip.id, words: wordsOf(text).length }))
    .filter(({ words }) => words > 0);
  const hours = heard.reduce((sum, { clip }) => sum + clip.durationSeconds, 0) / 3600;
  const inventedWords = heardIn.reduce((sum, { words }) => sum + words, 0);
  return { clips: heard.length, hours, inventedWords, inventedPerHour: inventedWords / hours, heardIn };
}

function scoreTerms(heard: readonly Heard[]): TermScore | undefined {
  const sought = heard.flatMap(({ clip, text }) => clip.terms.map((term) => ({ term, text })));
  if (sought.length === 0) return undefined;
  const found = sought.filter(({ term, text }) => ` ${text} `.includes(` ${comparableText(term)} `)).length;
  return { terms: sought.length, found, recall: found / sought.length };
}
