import { nameSpeakers } from '@auscult/protocol';
import { jsonPieces, mapped } from '../json-pieces.js';
import { segmentsBySpeaker } from './by-speaker.js';
import { cutCues, type Cue, type CueSource } from './cues.js';
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
      yield* withFewEmptyLines(mapped(turnsOf(transcript), asLines));
      break;
    case 'json':
      yield* jsonPieces(jsonTranscript(transcript, extent));
      yield '\n';
      break;
    case 'srt':
      yield* mapped(cutCues(cueSources(transcript), srtLead), srtCue);
      break;
    case 'vtt':
      yield 'WEBVTT\n\n';
      yield* mapped(cutCues(cueSources(transcript)), vttCue);
  }
}

/** What somebody says until somebody else speaks; where speakers were not told apart, a segment. */
interface Turn {
  readonly text: string;
  readonly name?: string | undefined;
}

function* turnsOf(transcript: Transcript): Generator<Turn> {
  if (transcript.speakers === undefined) {
    yield* transcript.segments;
    return;
  }
  let open:
    { readonly name: string | undefined; readonly said: Pick<TranscriptSegment, 'text'>[] } | undefined;
  for (const { segment, name } of namedSegments(transcript)) {
    if (open !== undefined && open.name !== name) {
      yield { name: open.name, text: runningText({ segments: open.said }) };
      open = undefined;
    }
    open ??= { name, said: [] };
    open.said.push({ text: segment.text });
  }
  if (open !== undefined) yield { name: open.name, text: runningText({ segments: open.said }) };
}

/** The segments, each of one speaker, with what their speaker is called; notices have no speaker. */
function* namedSegments(
  transcript: Transcript,
): Generator<{ readonly segment: TranscriptSegment; readonly name: string | undefined }> {
  const nameOf = transcript.speakers && nameSpeakers(transcript.speakers);
  for (const segment of segmentsBySpeaker(transcript))
    yield { segment, name: segment.isNotice ? undefined : nameOf?.(segment.speaker) };
}

function cueSources(transcript: Transcript): Iterable<CueSource> {
  return mapped(namedSegments(transcript), ({ segment: { words }, name }) => ({ words, name }));
}

/** A turn as a line, or as several if line breaks were dictated, with an empty line before a dictated paragraph. */
function asLines({ text, name }: Turn): string {
  const words = text.trim();
  const [before, behind] = [text.startsWith('\n\n') ? '\n' : '', text.endsWith('\n\n') ? '\n' : ''];
  const speaker = name === undefined ? '' : `${name}: `;
  return words === '' ? before : `${before}${speaker}${words}\n${behind}`;
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
    speakers: transcript.speakers,
    segments: mapped(segmentsBySpeaker(transcript), (segment) => segmentJson(segment, extent)),
  };
}

function srtCue({ start, end, lines }: Cue, index: number): string {
  return `${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${lines.join('\n')}\n\n`;
}

/** Who speaks, in square brackets. Players take angle brackets and braces for markup, and SRT cannot escape them. */
function srtLead(name: string): string {
  return `[${name.replace(/[<>{}]/gu, (bracket) => LIKE_BRACKETS[bracket] ?? '')}]`;
}

const LIKE_BRACKETS: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '{': '(', '}': ')' };

function vttCue({ start, end, lines, name }: Cue): string {
  const voice = name === undefined ? '' : `<v ${escapeVtt(name)}>`;
  return `${clock(start, '.')} --> ${clock(end, '.')}\n${voice}${lines.map(escapeVtt).join('\n')}\n\n`;
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
