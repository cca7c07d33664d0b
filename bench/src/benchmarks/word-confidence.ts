import type { FinalHypothesis } from '@auscult/asr';
import type { Clip } from '../clips/manifest.js';
import { calibrationOf, expectedError, type Calibration } from '../measure/calibration.js';
import { crossValidate, fitConfidenceMap, MAP_KINDS, type ConfidenceMap } from '../measure/confidence-map.js';
import { scoreWords, type ScoredWord } from '../score/scored-words.js';
import { createTermFinder, type FoundTerm } from '../terms/term-finder.js';

/** A group of words: by the kind of their clip, or by what they are. */
interface ConfidenceGroup {
  readonly name: string;
  readonly calibration: Calibration;
  /** Expected calibration error over 10 bins, with maps fitted without the clip. */
  readonly mapped: Readonly<Record<ConfidenceMap['kind'], number>>;
}

/** How far the confidences of words can be believed, and how maps would change that. */
export interface WordConfidence {
  readonly groups: readonly ConfidenceGroup[];
  /** Fitted to all words. */
  readonly maps: readonly ConfidenceMap[];
}

/**
 * Compares the confidences of words with what was said.
 *
 * @param list terms besides those of the clips; words heard as terms, or in place of terms, also form a group
 */
export function measureWordConfidence(
  clips: readonly Clip[],
  finals: ReadonlyMap<string, readonly FinalHypothesis[]>,
  list: readonly string[],
): WordConfidence {
  const words = clips.map((clip) => labelledWords(clip, finals.get(clip.id) ?? [], list));
  const all = words.flat();
  const mapped = MAP_KINDS.map((kind) => ({ kind, words: crossValidate(kind, words, FOLDS) }));
  const names = [...new Set(all.flatMap(({ labels }) => labels))].sort();
  const groups = [ALL, ...names].flatMap((name) => {
    const within = ({ labels }: LabelledWord) => name === ALL || labels.includes(name);
    const calibration = calibrationOf(all.filter(within));
    if (calibration === undefined) return [];
    const errors = mapped.map(({ kind, words: of }) => [kind, expectedError(of.filter(within), 10)] as const);
    return [{ name, calibration, mapped: Object.fromEntries(errors) as ConfidenceGroup['mapped'] }];
  });
  return { groups, maps: MAP_KINDS.map((kind) => fitConfidenceMap(kind, all)) };
}

/** The group of all words. */
export const ALL = 'all words';

const FOLDS = 5;

/** A word with the groups it belongs to. */
interface LabelledWord extends ScoredWord {
  readonly labels: readonly string[];
}

function labelledWords(
  clip: Clip,
  finals: readonly FinalHypothesis[],
  list: readonly string[],
): LabelledWord[] {
  const heard = finals.flatMap(({ words }) => words);
  const find = createTermFinder([...clip.terms, ...list]);
  const heardTerms = placesOf(find(heard.map(({ text }) => text).join(' ')));
  const saidTerms = placesOf(find(clip.text));
  return scoreWords(heard, clip.text).map((word) => {
    const ofTerm =
      word.heardAt.some((place) => heardTerms.has(place)) ||
      word.saidAt.some((place) => saidTerms.has(place));
    const labels = [clip.kind, ...(ofTerm ? ['terms'] : []), ...(word.isNumber ? ['numbers'] : [])];
    return { ...word, labels };
  });
}

function placesOf(terms: readonly FoundTerm[]): ReadonlySet<number> {
  return new Set(terms.flatMap(({ at, words }) => Array.from({ length: words }, (_, index) => at + index)));
}
