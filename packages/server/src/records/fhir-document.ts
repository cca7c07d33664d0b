import { formatTranscript } from '../transcripts/format.js';
import { runningText, type Transcript } from '../transcripts/transcript.js';
import { chosenText, type TextVersion } from './chosen-text.js';
import type { StoredRecord } from './record.js';
import { markedTranscriptOf, NOT_WHOLE } from './transcript-of.js';

/**
 * A session as a FHIR R4 `DocumentReference`, with its text in the attachment, by turns if speakers were told apart. The
 * system that takes it has to add the patient, whom the server does not know.
 */
export function fhirDocument(record: StoredRecord, version: TextVersion): object {
  const { id, owner, language, startedAt, endedAt } = record;
  const finals = chosenText(record, version);
  const text = textOf(markedTranscriptOf(record, version));
  const changedAt = finals.reduce((last, { writtenAt }) => (writtenAt > last ? writtenAt : last), '');
  const isCorrected = finals.some((final) => final.version > 1);
  return {
    resourceType: 'DocumentReference',
    id,
    identifier: [{ system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` }],
    status: 'current',
    // Not `final`, since nobody has signed it.
    docStatus: isCorrected ? 'amended' : 'preliminary',
    ...(record.isWhole ? {} : { description: NOT_WHOLE }),
    type: { text: 'Transcription of speech' },
    date: changedAt === '' ? startedAt : changedAt,
    author: [{ identifier: { value: owner } }],
    context: { period: { start: startedAt, ...(endedAt === undefined ? {} : { end: endedAt }) } },
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          language,
          data: Buffer.from(text).toString('base64'),
          size: Buffer.byteLength(text),
          creation: startedAt,
        },
      },
    ],
  };
}

function textOf(transcript: Transcript): string {
  return transcript.speakers === undefined ? runningText(transcript) : formatTranscript(transcript, 'text');
}
