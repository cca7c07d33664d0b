import { deflateSync } from 'node:zlib';
import type { Word } from '@auscult/protocol';
import { jsonPieces, mapped } from '../../json-pieces.js';
import { segmentsBySpeaker } from '../../transcripts/by-speaker.js';
import { transcriptPieces } from '../../transcripts/format.js';
import { mostFrequentLanguage } from '../../transcripts/language.js';
import {
  runningText,
  threeDecimals,
  type Transcript,
  type TranscriptSegment,
} from '../../transcripts/transcript.js';

/** The formats in which clients of OpenAI can ask for a transcript. */
export const RESPONSE_FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const;
export type ResponseFormat = (typeof RESPONSE_FORMATS)[number];

/** What `verbose_json` may hold besides the text. */
export const GRANULARITIES = ['segment', 'word'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** A transcript, and how it is to be written. */
export interface WrittenTranscript {
  readonly transcript: Transcript;
  readonly task: 'transcribe' | 'translate';
  /** BCP 47 tag, or `auto`: then the language of most segments counts. */
  readonly language: string;
  readonly granularities: readonly Granularity[];
}

/** The media type of a format. `application/json` only where the body is JSON: clients parse what says so. */
export function mediaTypeOf(format: ResponseFormat): string {
  return /json$/u.test(format) ? 'application/json' : 'text/plain';
}

/** A transcript in one of the formats, in pieces. */
export function formattedPieces(written: WrittenTranscript, format: ResponseFormat): Iterable<string> {
  const { transcript } = written;
  switch (format) {
    case 'json':
      return jsonPieces({ text: runningText(transcript), usage: usageOf(transcript) });
    case 'verbose_json':
      return jsonPieces(verbose(written));
    case 'diarized_json':
      return jsonPieces(diarized(written));
    case 'text':
      return transcript.speakers === undefined
        ? [`${runningText(transcript)}\n`]
        : orLineBreak(transcriptPieces(transcript, format));
    case 'srt':
    case 'vtt':
      return orLineBreak(transcriptPieces(transcript, format));
  }
}

function* orLineBreak(pieces: Iterable<string>): Generator<string> {
  let isEmpty = true;
  for (const piece of pieces) {
    isEmpty = false;
    yield piece;
  }
  if (isEmpty) yield '\n';
}

function verbose({ transcript, task, language, granularities }: WrittenTranscript): object {
  const { duration, segments } = transcript;
  return {
    task,
    language: languageName(language === 'auto' ? mostFrequentLanguage(transcript) : language),
    duration: threeDecimals(duration),
    text: runningText(transcript),
    ...(granularities.includes('segment') && { segments: mapped(segments, segmentJson) }),
    ...(granularities.includes('word') && {
      words: mapped(
        segments.flatMap(({ words }) => words),
        wordJson,
      ),
    }),
    usage: usageOf(transcript),
  };
}

function diarized({ transcript, task }: WrittenTranscript): object {
  return {
    task,
    duration: threeDecimals(transcript.duration),
    text: runningText(transcript),
    segments: diarizedSegments(transcript),
    usage: usageOf(transcript),
  };
}

/** A segment of one speaker, as clients of OpenAI expect it. */
export interface DiarizedSegment {
  readonly type: 'transcript.text.segment';
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** A capital letter. */
  readonly speaker: string;
}

/** The segments of a transcript, each of one speaker. */
export function diarizedSegments(transcript: Transcript): Iterable<DiarizedSegment> {
  return mapped(segmentsBySpeaker(transcript), ({ start, end, text, speaker }, index) => ({
    type: 'transcript.text.segment' as const,
    id: `seg_${String(index + 1).padStart(3, '0')}`,
    start: threeDecimals(start),
    end: threeDecimals(end),
    text: text.trim(),
    speaker: speaker === undefined ? 'unknown' : String.fromCharCode(LETTER_A + speaker),
  }));
}

const LETTER_A = 65;

/** What the transcription has cost, as it is counted there: in seconds that have begun. */
function usageOf({ duration }: Transcript): object {
  return { type: 'duration', seconds: Math.ceil(duration) };
}

/** Confidences below this are written as this, since there is no logarithm of 0. */
const LEAST_CONFIDENCE = 0.001;

/** Every field is there, since strict clients require all of them. Nothing is sampled, so there are no tokens to tell. */
function segmentJson({ start, end, text, confidence }: TranscriptSegment, id: number): object {
  return {
    id,
    seek: Math.round(start * 100),
    start: threeDecimals(start),
    end: threeDecimals(end),
    text: /^\s/u.test(text) ? text : ` ${text}`,
    tokens: [],
    temperature: 0,
    avg_logprob: threeDecimals(Math.log(Math.max(confidence, LEAST_CONFIDENCE))),
    compression_ratio: threeDecimals(compressionRatio(text)),
    no_speech_prob: 0,
  };
}

function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length / deflateSync(bytes).length;
}

function wordJson({ text, start, end }: Word): object {
  return { word: withoutPunctuation(text), start: threeDecimals(start), end: threeDecimals(end) };
}

/** A word without the punctuation around it, unless there is nothing else. */
function withoutPunctuation(text: string): string {
  return text.replace(/^[("“‘'[{¿¡]+|[.,;:!?)"”’'\]}…]+$/gu, '') || text;
}

const names = new Intl.DisplayNames(['en'], { type: 'language' });

/** The English name of a language in small letters, whatever the region. */
function languageName(tag: string | undefined): string {
  const [language = ''] = tag?.split('-') ?? [];
  return language === '' ? 'unknown' : (names.of(language) ?? language).toLowerCase();
}
