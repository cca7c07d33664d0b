import { describeWarning, type RefinedMessage, type WarningMessage } from '@auscult/protocol';
import type { Transcription } from '../../../transcriptions/transcription.js';
import { segmentsBySpeaker } from '../../../transcripts/by-speaker.js';
import { runningText, segmentJson, threeDecimals } from '../../../transcripts/transcript.js';

/**
 * The message at the end of a second pass. If it would fill more than half of `maxBufferedBytes`, which may wait for
 * a client, the client would be taken for a slow reader, so it is told to fetch the text instead.
 */
export function refinementMessage(
  { id, transcript, audioSeconds = 0 }: Transcription,
  maxBufferedBytes: number,
): RefinedMessage | WarningMessage {
  if (transcript === undefined) return describeWarning('refine_failed');
  const message: RefinedMessage = {
    type: 'refined',
    id,
    text: runningText(transcript),
    segments: Array.from(segmentsBySpeaker(transcript), (segment) => segmentJson(segment)),
    audioSeconds: threeDecimals(audioSeconds),
  };
  const bytes = Buffer.byteLength(JSON.stringify(message));
  return bytes > maxBufferedBytes / 2 ? describeWarning('refined_too_large') : message;
}
