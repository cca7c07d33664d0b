import { textOfSegments } from '@auscult/client';
import { textOf } from '../transcript/line.js';
import { turnsOf, type TranscriptExport } from './transcript-export.js';

/**
 * The transcript as plain text: a line for each turn with the speaker before it, or for each utterance if speakers are not told
 * apart, and an empty line where a paragraph was dictated.
 */
export function asText(transcript: TranscriptExport): string {
  return turnsOf(transcript)
    .map((turn) => asLines(textOfSegments(turn.map(({ line }) => ({ text: textOf(line) }))), turn[0]?.name))
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
