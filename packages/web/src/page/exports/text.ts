import { textOf } from '../transcript/line.js';
import { speakerOf, type TranscriptExport } from './transcript-export.js';

/** The transcript as plain text: a line an utterance, with the speaker before it where there are two. */
export function asText(transcript: TranscriptExport): string {
  return transcript.lines
    .map((line) => {
      const speaker = speakerOf(transcript, line);
      return `${speaker === undefined ? '' : `${speaker}: `}${textOf(line)}\n`;
    })
    .join('');
}
