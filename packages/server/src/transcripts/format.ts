import { jsonPieces, mapped } from '../json-pieces.js';
import { cutCues, type Cue } from './cues.js';
import {
  runningText,
  segmentJson,
  threeDecimals,
  type Transcript,
  type SegmentExtent,
  type TranscriptSegment,
} from './transcript.js';

/** The formats of a transcript. */
export const TRANSCRIPT_FORMATS = ['text', 'json', 'srt', 'vtt'] as const;

export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** The file extension of each format, without the dot. */
export const FILE_EXTENSIONS: Readonly<Record<TranscriptFormat, string>> = {
  text: 'txt',
  json: 'json',
  srt: 'srt',
  vtt: 'vtt',
};

/** What JSON holds besides the text. */
export interface JsonExtent extends SegmentExtent {
  /** Fields that come first. */
  readonly about?: object;
}

/** A whole transcript as text that ends with a line break. */
export function formatTranscript(
  transcript: Transcript,
  format: TranscriptFormat,
  extent: JsonExtent = {},
): string {
  return [...transcriptPieces(transcript, format, extent)].join('');
}

/** The same in pieces, so that a long transcript can be written without holding up the event loop. */
export function* transcriptPieces(
  transcript: Transcript,
  format: TranscriptFormat,
  extent: JsonExtent = {},
): Generator<string> {
  switch (format) {
    case 'text':
      yield* withFewEmptyLines(mapped(transcript.segments, asLines));
      break;
    case 'json':
      yield* jsonPieces(jsonTranscript(transcript, extent));
      yield '\n';
      break;
    case 'srt':
      yield* mapped(cutCues(transcript.segments), srtCue);
      break;
    case 'vtt':
      yield 'WEBVTT\n\n';
      yield* mapped(cutCues(transcript.segments), vttCue);
  }
}

/** A segment as a line, or as several if line breaks were dictated, with an empty line before a dictated paragraph. */
function asLines({ text }: Pick<TranscriptSegment, 'text'>): string {
  const words = text.trim();
  const [before, behind] = [text.startsWith('\n\n') ? '\n' : '', text.endsWith('\n\n') ? '\n' : ''];
  return words === '' ? before : `${before}${words}\n${behind}`;
}

/** A text without empty lines at its beginning and end. */
function* withFewEmptyLines(pieces: Iterable<string>): Generator<string> {
  let hasBegun = false;
  let waiting = '';
  for (const piece of pieces) {
    const text = hasBegun ? waiting + piece : piece.trimStart();
    const written = text.trimEnd();
    waiting = text.slice(written.length);
    if (written === '') continue;
    yield written.replace(/\n{3,}/gu, '\n\n');
    hasBegun = true;
  }
  if (waiting !== '') yield '\n';
}

function jsonTranscript(transcript: Transcript, { about, ...extent }: JsonExtent): object {
  return {
    ...about,
    text: runningText(transcript),
    duration: threeDecimals(transcript.duration),
    segments: mapped(transcript.segments, (segment) => segmentJson(segment, extent)),
  };
}

function srtCue({ start, end, lines }: Cue, index: number): string {
  return `${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${lines.join('\n')}\n\n`;
}

function vttCue({ start, end, lines }: Cue): string {
  return `${clock(start, '.')} --> ${clock(end, '.')}\n${lines.map(escapeVtt).join('\n')}\n\n`;
}

/** Escapes the characters that begin markup in WebVTT, where `-->` also begins a new cue. */
function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `hh:mm:ss,mmm` */
function clock(seconds: number, point: string): string {
  const all = Math.round(seconds * 1_000);
  const [hours, minutes, rest] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, all % 60_000];
  const [whole, fraction] = [Math.floor(rest / 1_000), rest % 1_000];
  return `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(whole, 2)}${point}${padded(fraction, 3)}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
