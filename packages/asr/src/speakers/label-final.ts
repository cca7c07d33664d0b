import type { FinalHypothesis, Word } from '../live/live-transcription.js';
import type { WordLabel } from './diarization.js';

/** A final whose words have their speakers. */
export function labelFinal<Final extends Pick<FinalHypothesis, 'words'>>(
  final: Final,
  labels: readonly WordLabel[],
): Final & { readonly speaker?: number } {
  const words: Word[] = final.words.map((word, at) => {
    const label = labels[at];
    return label ? { ...word, speaker: label.speaker, speakerConfidence: label.confidence } : word;
  });
  return { ...final, words, ...mainSpeaker(words) };
}

/** Who said most words. */
function mainSpeaker(words: readonly Word[]): { readonly speaker?: number } {
  const counts = new Map<number, number>();
  for (const { speaker } of words)
    if (speaker !== undefined) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most ? { speaker: most[0] } : {};
}
