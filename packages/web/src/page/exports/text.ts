import { textOf } from '../transcript/line.js';
import { speakerOf, type TranscriptExport } from './transcript-export.js';

/**
 * The transcript as plain text: a line for each utterance, with the speaker before it if there are two, and an empty
 * line where a paragraph was dictated.
 */
export function asText(transcript: TranscriptExport): string {
  return transcript.lines
    .map((line) => asLines(textOf(line), speakerOf(transcript, line)))
    .join('')
    .replace(/\n{3,}/gu, '\n\n')
    .replace(/^\n+|(?<=\n)\n$/gu, '');
}

function asLines(text: string, speaker: string | undefined): string {
  const words = text.trim();
  const [before, behind] = [text.startsWith('\n\n') ? '\n' : '', text.endsWith('\n\n') ? '\n' : ''];
  const name = speaker === undefined ? '' : `${speaker}: `;
  return words === '' ? before : `${before}${name}${words}\n${behind}`;
}
