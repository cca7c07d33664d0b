import type { Transcript } from '../transcripts/transcript.js';
import { chosenText, type TextVersion } from './chosen-text.js';
import type { StoredRecord } from './record.js';

/** What was said in a session as it is written down, in the version that is meant. */
export function transcriptOf(record: StoredRecord, version: TextVersion): Transcript {
  return {
    duration: record.audioSeconds,
    segments: chosenText(record, version).map(
      ({ channel, text, spoken, start, end, confidence, language, words }) => ({
        text,
        start,
        end,
        confidence,
        language,
        words: words.map(({ spoken: said, alternatives, doubtful, ...word }) => ({
          ...word,
          ...(said === undefined ? {} : { spoken: said }),
          ...(alternatives && {
            alternatives: alternatives.map(({ words: several, ...one }) => ({
              ...one,
              ...(several === undefined ? {} : { words: several }),
            })),
          }),
          ...(doubtful && { doubtful }),
        })),
        ...(spoken === undefined ? {} : { spoken }),
        ...(record.channels > 1 ? { channel } : {}),
      }),
    ),
  };
}
