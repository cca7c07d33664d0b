import type { Clip } from '../clips/manifest.js';
import { comparableText, comparableWords } from '../score/comparable-text.js';
import { shuffled } from './shuffled.js';

/**
 * Makes the biasing lists of the published test: the rare words of an utterance and the given number of
 * distractors, which are not spoken in it. Those published with the utterance come first, then those
 * published with others, always the same ones.
 *
 * @param clips all utterances, from which distractors are drawn
 * @throws Error if there are too few
 */
export function biasingLists(clips: readonly Clip[], distractors: number): (clip: Clip) => readonly string[] {
  const all = [...new Set(clips.flatMap(({ biasing }) => biasing?.distractors ?? []))];
  const seeds = new Map(clips.map(({ id }, index) => [id, index]));
  return ({ id, text, biasing }) => {
    const seed = seeds.get(id) ?? 0;
    const spoken = new Set(comparableWords(text));
    const drawn = new Set([...shuffled(biasing?.distractors ?? [], seed), ...shuffled(all, seed)]);
    const unspoken = [...drawn].filter((word) => !spoken.has(comparableText(word)));
    if (unspoken.length < distractors)
      throw new Error(
        `The clips hold ${String(unspoken.length)} distractors, fewer than ${String(distractors)}. Choose more clips.`,
      );
    return [...(biasing?.rare ?? []), ...unspoken.slice(0, distractors)];
  };
}
