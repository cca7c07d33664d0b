import { randomUUID } from 'node:crypto';
import type { Word } from '@auscult/protocol';
import type { DeepgramModel } from '../../compatibility/deepgram/model-info.js';
import { tellsSpeakers } from '../../compatibility/deepgram/parameters.js';
import { deepgramWord, type WordExtent } from '../../compatibility/deepgram/words.js';
import { plainText } from '../../compatibility/plain-text.js';
import type { ParameterWarning } from '../../compatibility/parameters.js';
import { mapped } from '../../json-pieces.js';
import { segmentsBySpeaker } from '../../transcripts/by-speaker.js';
import {
  runningText,
  threeDecimals,
  type Transcript,
  type TranscriptSegment,
} from '../../transcripts/transcript.js';
import type { RecordingWishes } from './parameters.js';

/** What an answer says beside the transcript. */
export interface AnsweredRecording {
  readonly requestId: string;
  /** Digest of the bytes that were received, in hexadecimal. */
  readonly sha256: string;
  /** How many channels are told by themselves; of one, it is the whole text. */
  readonly channels: number;
  readonly createdAt: Date;
  readonly model: DeepgramModel;
  /** BCP 47 tag of the speech. */
  readonly language: string | undefined;
  readonly wishes: Partial<RecordingWishes>;
  readonly warnings: readonly ParameterWarning[];
}

/** The answer to a client of Deepgram, for `jsonPieces`. Optional fields are left out, never null. */
export function transcriptAnswer(transcript: Transcript, about: AnsweredRecording): object {
  const { wishes, language, channels } = about;
  const isPunctuated = wishes.isPunctuated ?? true;
  const isTold = tellsSpeakers(wishes);
  const extent: WordExtent = { isPunctuated, speakers: isTold ? 'told-with-confidence' : 'untold' };
  const stretches = isTold ? [...segmentsBySpeaker(transcript)] : transcript.segments;
  return {
    metadata: metadataOf(transcript, about),
    results: {
      channels: mapped(byChannel(transcript.segments, channels), (segments, channel) => ({
        alternatives: mapped([segments], () => ({
          transcript: textOf(segments, isPunctuated),
          confidence: confidenceOf(segments),
          words: mapped(
            segments.flatMap(({ words }) => words),
            (word) => deepgramWord(word, extent),
          ),
          ...(wishes.hasParagraphs === true && {
            paragraphs: paragraphsOf(byChannel(stretches, channels)[channel] ?? [], extent),
          }),
        })),
        ...(wishes.isLanguageDetected === true && language !== undefined && { detected_language: language }),
      })),
      ...(wishes.hasUtterances === true && {
        utterances: mapped(stretches, (segment) =>
          utteranceOf(segment, channelOf(segment, channels), extent),
        ),
      }),
    },
  };
}

/** The segments of each channel, in the order of their beginning. */
function byChannel(
  segments: readonly TranscriptSegment[],
  channels: number,
): readonly (readonly TranscriptSegment[])[] {
  return Array.from({ length: channels }, (_, channel) =>
    segments.filter((segment) => channelOf(segment, channels) === channel),
  );
}

function channelOf({ channel = 0 }: TranscriptSegment, channels: number): number {
  return channels === 1 ? 0 : channel;
}

function metadataOf({ duration }: Transcript, about: AnsweredRecording): object {
  const { requestId, sha256, channels, createdAt, model, wishes, warnings } = about;
  const { uuid, ...info } = model;
  return {
    transaction_key: 'deprecated',
    request_id: requestId,
    sha256,
    created: createdAt.toISOString(),
    duration: threeDecimals(duration),
    channels,
    models: [uuid],
    model_info: { [uuid]: info },
    warnings: warnings.map(({ parameter, reason }) => ({
      parameter,
      type: 'unsupported_feature',
      message: reason,
    })),
    ...(wishes.tags && { tags: wishes.tags }),
    ...(wishes.extra && { extra: wishes.extra }),
  };
}

function textOf(segments: readonly TranscriptSegment[], isPunctuated: boolean): string {
  if (isPunctuated) return runningText({ segments });
  return bare(segments.flatMap(({ words }) => words));
}

function bare(words: readonly Word[]): string {
  return plainText(words.map(({ text }) => text));
}

/** The confidence of the whole: that of its words, on average. */
function confidenceOf(segments: readonly TranscriptSegment[]): number {
  const words = segments.flatMap((segment) => segment.words);
  const sum = words.reduce((total, { confidence }) => total + confidence, 0);
  return words.length === 0 ? 0 : threeDecimals(sum / words.length);
}

function utteranceOf(
  { start, end, text, confidence, words, speaker }: TranscriptSegment,
  channel: number,
  extent: WordExtent,
): object {
  return {
    id: randomUUID(),
    start: threeDecimals(start),
    end: threeDecimals(end),
    confidence: threeDecimals(confidence),
    channel,
    transcript: extent.isPunctuated ? text.trim() : bare(words),
    words: words.map((word) => deepgramWord(word, extent)),
    ...told(speaker, extent),
  };
}

function paragraphsOf(segments: readonly TranscriptSegment[], extent: WordExtent): object {
  const { isPunctuated, speakers } = extent;
  const texts = segments.map(({ text, words, speaker }, index) => {
    const isTold = speakers !== 'untold' && (index === 0 || segments[index - 1]?.speaker !== speaker);
    return `${isTold ? calledBy(speaker) : ''}${isPunctuated ? text.trim() : bare(words)}`;
  });
  return {
    transcript: `\n${texts.join('\n\n')}`,
    paragraphs: mapped(segments, ({ start, end, words, speaker }) => ({
      sentences: sentencesIn(words).map((sentence) => sentenceOf(sentence, isPunctuated)),
      num_words: words.length,
      start: threeDecimals(start),
      end: threeDecimals(end),
      ...told(speaker, extent),
    })),
  };
}

/** Their texts count people from 0, as their numbers do. */
function calledBy(speaker: number | undefined): string {
  return speaker === undefined ? 'Unknown speaker: ' : `Speaker ${speaker}: `;
}

function told(speaker: number | undefined, { speakers }: WordExtent): { readonly speaker?: number } {
  return speakers === 'untold' || speaker === undefined ? {} : { speaker };
}

function sentencesIn(words: readonly Word[]): readonly (readonly Word[])[] {
  const sentences: Word[][] = [];
  let open: Word[] | undefined;
  for (const word of words) {
    if (open === undefined) sentences.push((open = []));
    open.push(word);
    if (/[.?!]["”’)]*$/u.test(word.text)) open = undefined;
  }
  return sentences;
}

function sentenceOf(words: readonly Word[], isPunctuated: boolean): object {
  return {
    text: isPunctuated ? words.map(({ text }) => text).join(' ') : bare(words),
    start: threeDecimals(words.at(0)?.start ?? 0),
    end: threeDecimals(words.at(-1)?.end ?? 0),
  };
}
