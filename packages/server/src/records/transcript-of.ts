import type { Transcript } from '../transcripts/transcript.js';
import type { StoredRecord } from './record.js';

/** What was said in a session, in the newest version of each final, as it is written down. */
export function transcriptOf({ segments, audioSeconds, channels }: StoredRecord): Transcript {
  const newest = segments.map(({ versions }) => versions.at(-1) ?? versions[0]);
  return {
    duration: audioSeconds,
    segments: newest
      .map(({ channel, text, start, end, confidence, language, words }) => ({
        text,
        start,
        end,
        confidence,
        language,
        words,
        ...(channels > 1 ? { channel } : {}),
      }))
      .sort((one, other) => one.start - other.start),
  };
}
