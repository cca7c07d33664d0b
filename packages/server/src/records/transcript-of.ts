import type { Transcript } from '../transcripts/transcript.js';
import { chosenText, type TextVersion } from './chosen-text.js';
import type { StoredRecord } from './record.js';

/** What was said in a session as it is written down, in the version that is meant. Nothing is copied: sessions take hours. */
export function transcriptOf(record: StoredRecord, version: TextVersion): Transcript {
  return { duration: record.audioSeconds, segments: chosenText(record, version) };
}

/** What a text says of a record that is not what was written. */
export const NOT_WHOLE = 'INCOMPLETE RECORD: this is only what is left, and not what was written.';

/** How long it is on screen behind the last words, seconds. */
const NOTICE_SECONDS = 5;

/**
 * The same for forms that have no field to mark it: of a record that is not whole, they say so in words, before what is left and
 * behind it, so that nobody takes it for the whole.
 */
export function markedTranscriptOf(record: StoredRecord, version: TextVersion): Transcript {
  const transcript = transcriptOf(record, version);
  if (record.isWhole) return transcript;
  const { segments, duration } = transcript;
  const begin = segments[0]?.start ?? 0;
  const end = Math.max(duration, segments.at(-1)?.end ?? 0);
  return {
    ...transcript,
    segments: [notice(0, begin), ...segments, notice(end, end + NOTICE_SECONDS)],
  };
}

function notice(start: number, end: number): Transcript['segments'][number] {
  const spoken = NOT_WHOLE.split(' ');
  const words = spoken.map((text) => ({ text, start, end, confidence: 1 }));
  return { text: NOT_WHOLE, start, end, confidence: 1, language: 'en', words };
}
