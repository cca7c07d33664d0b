import type { Transcript } from '../transcripts/transcript.js';
import { chosenText, type TextVersion } from './chosen-text.js';
import type { StoredRecord } from './record.js';

/** A session as a transcript, in one version of its text. The finals are not copied, as a session may take hours. */
export function transcriptOf(record: StoredRecord, version: TextVersion): Transcript {
  return { duration: record.audioSeconds, segments: chosenText(record, version) };
}

/** The notice that a text of a record carries if the record is not whole. */
export const NOT_WHOLE = 'INCOMPLETE RECORD: this is only what is left, and not what was written.';

/** How long the notice after the last words is shown, in subtitles, seconds. */
const NOTICE_SECONDS = 5;

/**
 * The same for formats without a field for it: a record that is not whole has a notice before and after what is left, so
 * that nobody takes this for the whole.
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
  return { text: NOT_WHOLE, start, end, confidence: 1, language: 'en', words, isNotice: true };
}
