import { textOfSegments } from '@auscult/client';
import type { LineWord } from '../transcript/line-word.js';
import { heardTextOf, isCorrected, textOf } from '../transcript/line.js';
import { speakerOf, type TranscriptExport } from './transcript-export.js';

/** The transcript as JSON, in the shape of the HTTP API; corrected segments also say what was `heard`. */
export function asJson(transcript: TranscriptExport): string {
  const { lines, at } = transcript;
  const document = {
    createdAt: at.toISOString(),
    text: textOfSegments(lines.map((line) => ({ text: textOf(line) }))),
    segments: lines.map((line) => ({
      start: rounded(line.start),
      end: rounded(line.end),
      text: textOf(line),
      ...(line.spoken === undefined ? {} : { spoken: line.spoken }),
      ...(line.channel === undefined ? {} : { channel: line.channel, speaker: speakerOf(transcript, line) }),
      ...(isCorrected(line) ? { heard: heardTextOf(line) } : {}),
      words: line.words.filter(({ text }) => text !== '').map(wordOf),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function wordOf({ text, spoken, start, end, confidence, heard, alternatives, doubtful }: LineWord): object {
  return {
    text,
    ...(spoken === undefined ? {} : { spoken }),
    start: rounded(start),
    end: rounded(end),
    confidence: rounded(confidence),
    ...(heard === undefined ? {} : { heard }),
    ...(alternatives && { alternatives }),
    ...(doubtful && { doubtful }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
