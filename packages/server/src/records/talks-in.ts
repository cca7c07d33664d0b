import type { Talk } from '../speakers/suggest-roles.js';
import { inSlices } from '../time-slices.js';
import type { TranscriptSegment } from '../transcripts/transcript.js';
import { chosenText, type RecordedText } from './chosen-text.js';

/** How much each speaker says in the newest text of a record; empty if speakers were not told apart. */
export function talksIn(record: RecordedText): Promise<ReadonlyMap<number, Talk>> {
  return talksOf(chosenText(record, 'newest'));
}

/** How much each speaker says in a text. */
export async function talksOf(
  text: Iterable<Pick<TranscriptSegment, 'speaker' | 'words'>>,
): Promise<ReadonlyMap<number, Talk>> {
  const talks = new Map<number, Talk>();
  for await (const final of inSlices(text)) {
    // Only finals with a speaker have words with one, and words are parsed each time.
    if (final.speaker === undefined) continue;
    for (const { text, speaker } of final.words) {
      if (speaker === undefined) continue;
      const { words, questions } = talks.get(speaker) ?? { words: 0, questions: 0 };
      talks.set(speaker, { words: words + 1, questions: questions + (text.includes('?') ? 1 : 0) });
    }
  }
  return talks;
}
