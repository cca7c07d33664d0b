import type { PartialHypothesis, WrittenFinal } from '@auscult/asr';
import type { DeepgramModel } from '../../../compatibility/deepgram/model-info.js';
import { deepgramWord, type DeepgramWord, type WordExtent } from '../../../compatibility/deepgram/words.js';
import { plainText } from '../../../compatibility/plain-text.js';
import { threeDecimals } from '../../../transcripts/transcript.js';

/** A piece of a transcript. Every field is always there: clients rely on it. */
export interface ResultsMessage {
  readonly type: 'Results';
  /** The channel, and how many there are. */
  readonly channel_index: readonly [number, number];
  /** Seconds. */
  readonly start: number;
  readonly duration: number;
  readonly is_final: boolean;
  readonly speech_final: boolean;
  readonly from_finalize: boolean;
  readonly channel: {
    readonly alternatives: readonly [
      { readonly transcript: string; readonly confidence: number; readonly words: readonly DeepgramWord[] },
    ];
  };
  readonly metadata: {
    readonly request_id: string;
    readonly model_info: { readonly name: string; readonly version: string; readonly arch: string };
    readonly model_uuid: string;
  };
}

/** What results of a session have in common. */
export interface ResultsView extends WordExtent {
  readonly requestId: string;
  readonly model: DeepgramModel;
  readonly channels: number;
}

/** The part of the audio that results are about, and how far it is settled. */
export interface ResultsPlace {
  readonly channel: number;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly isFinal: boolean;
  readonly isSpeechFinal: boolean;
}

/** What was heard there. */
export interface HeardText {
  readonly transcript: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly words: readonly DeepgramWord[];
}

/** No text. */
export const NOTHING_HEARD: HeardText = { transcript: '', confidence: 0, words: [] };

/** The message about `place`. */
export function resultsOf(view: ResultsView, place: ResultsPlace, heard: HeardText): ResultsMessage {
  const { requestId, model, channels } = view;
  const { channel, start, end, isFinal, isSpeechFinal } = place;
  const { name, version, arch, uuid } = model;
  return {
    type: 'Results',
    channel_index: [channel, channels],
    start: threeDecimals(start),
    duration: threeDecimals(Math.max(0, end - start)),
    is_final: isFinal,
    speech_final: isSpeechFinal,
    from_finalize: false,
    channel: { alternatives: [heard] },
    metadata: { request_id: requestId, model_info: { name, version, arch }, model_uuid: uuid },
  };
}

/** The text of a final. */
export function heardInFinal({ text, confidence, words }: WrittenFinal, extent: WordExtent): HeardText {
  const written = words.map((word) => deepgramWord(word, extent));
  return {
    transcript: extent.isPunctuated ? text : plainText(words.map((word) => word.text)),
    confidence: threeDecimals(confidence),
    words: written,
  };
}

/** The text of a partial. Nobody knows when its words were said, so they share its time by their length. */
export function heardInPartial(
  { text, start, end, confidence, speaker }: PartialHypothesis,
  extent: WordExtent,
): HeardText {
  const texts = text.split(/\s+/u).filter((part) => part !== '');
  const each = (end - start) / Math.max(1, lengthOf(texts));
  let at = start;
  const words = texts.map((part) => {
    const from = at;
    at += part.length * each;
    const by = speaker === undefined ? {} : { speaker };
    return deepgramWord({ text: part, start: from, end: at, confidence, ...by }, extent);
  });
  return {
    transcript: extent.isPunctuated ? text : plainText(texts),
    confidence: threeDecimals(confidence),
    words,
  };
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
