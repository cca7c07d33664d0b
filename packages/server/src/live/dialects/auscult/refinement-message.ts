import { describeWarning, type RefinedMessage, type WarningMessage } from '@auscult/protocol';
import type { Transcription } from '../../../transcriptions/transcriptions.js';
import { runningText, segmentJson, threeDecimals } from '../../../transcripts/transcript.js';

/**
 * What a client is told when its session has been read again. A message that fills more than half of what may wait
 * for a client, `maxBufferedBytes`, would have it taken for a slow reader: it is told to fetch the text.
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
    segments: transcript.segments.map((segment) => segmentJson(segment)),
    audioSeconds: threeDecimals(audioSeconds),
  };
  const bytes = Buffer.byteLength(JSON.stringify(message));
  return bytes > maxBufferedBytes / 2 ? describeWarning('refined_too_large') : message;
}
