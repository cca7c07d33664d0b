import { textOfSegments } from '@auscult/client';
import type { LineWord } from '../transcript/line-word.js';
import { heardTextOf, isCorrected, textOf, type Line } from '../transcript/line.js';
import { mainSpeakerOf, speakersOf } from '../transcript/parts.js';
import type { TranscriptExport } from './transcript-export.js';

/** The transcript as JSON, in the shape of the HTTP API; corrected segments also say what was `heard`. */
export function asJson(transcript: TranscriptExport): string {
  const { lines, speakers, at } = transcript;
  const document = {
    createdAt: at.toISOString(),
    text: textOfSegments(lines.map((line) => ({ text: textOf(line) }))),
    ...(speakers.length > 0 && {
      speakers: speakers.map(({ speaker, name, role }) => ({ speaker, name, role })),
    }),
    segments: lines.map((line) => ({
      start: rounded(line.start),
      end: rounded(line.end),
      text: textOf(line),
      ...(line.spoken === undefined ? {} : { spoken: line.spoken }),
      ...(line.channel === undefined ? {} : { channel: line.channel }),
      ...(mainSpeakerOf(line) === undefined ? {} : { speaker: mainSpeakerOf(line) }),
      ...(isCorrected(line) ? { heard: heardTextOf(line) } : {}),
      words: wordsOf(line),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function wordsOf(line: Line): readonly object[] {
  const speakers = speakersOf(line);
  return line.words
    .filter(({ text }) => text !== '')
    .map((word) => wordOf(word, speakers[word.at ?? 0], line.heard[word.at ?? 0]?.speakerConfidence));
}

function wordOf(word: LineWord, speaker: number | undefined, speakerConfidence: number | undefined): object {
  const { text, spoken, start, end, confidence, heard, alternatives, doubtful } = word;
  return {
    text,
    ...(spoken === undefined ? {} : { spoken }),
    start: rounded(start),
    end: rounded(end),
    confidence: rounded(confidence),
    ...(heard === undefined ? {} : { heard }),
    ...(alternatives && { alternatives }),
    ...(doubtful && { doubtful }),
    ...(speaker !== undefined && { speaker }),
    ...(speaker !== undefined &&
      speakerConfidence !== undefined && { speakerConfidence: rounded(speakerConfidence) }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
