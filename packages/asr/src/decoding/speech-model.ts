import type { InferenceSession } from '@auscult/onnxruntime';
import type { DecoderGeometry } from './model-geometry.js';
import type { Hypothesis } from './search.js';
import type { StreamEncoder } from './stream-encoder.js';
import type { TokenText } from '../text/token-text.js';
import type { TokenRules } from './token-rules.js';

/** How some audio is to be decoded. */
export interface DecodingRequest {
  /** A BCP 47 tag, or `auto` to let the model recognise the language. */
  readonly language: string;
  readonly task: 'transcribe' | 'translate';
  /** Beams of the search. */
  readonly beams: number;
  /** Whether a hypothesis that is hard to believe is decoded again at higher temperatures. */
  readonly fallback: boolean;
  /** Whether the audio is known to hold speech, so that the text must not end before it begins. */
  readonly speaks: boolean;
}

/** A request for no more than the words. */
export const plainRequest: DecodingRequest = {
  language: 'en',
  task: 'transcribe',
  beams: 1,
  fallback: false,
  speaks: false,
};

/** What a model says about audio before it writes any text. */
export interface Opening {
  /** The language that was heard, if the model can tell. */
  readonly language?: string;
  /** The probability that there is no speech, 0 to 1. */
  readonly noSpeech?: number;
}

/** A loaded model as decoding sees it: all that differs between families. */
export interface SpeechModel {
  readonly geometry: DecoderGeometry;
  readonly encoder: StreamEncoder;
  readonly decoder: InferenceSession;
  readonly secondsPerFrame: number;
  readonly endToken: number;
  /** Tokens per second of audio, more than any person speaks. */
  readonly maxTokensPerSecond: number;
  /** Tokens that the decoder has positions for, the prompt among them. */
  readonly maxTokens: number;
  /** The tokens that come before the new text. `language`: the one asked for, or heard. */
  prompt(request: DecodingRequest, language: string, prefix: readonly number[]): readonly number[];
  /** The rules for the text after a prefix, or for all of it if the prefix is empty. */
  rules(request: DecodingRequest, prefix: readonly number[]): TokenRules;
  /** Reads language and silence from the logits after `prompt`. */
  readonly opening?: {
    readonly prompt: readonly number[];
    read(logits: Float32Array): Opening;
  };
  /** Tokens that stand for text: those from 0 up to this. */
  readonly textTokens: number;
  readonly textOf: (token: number) => TokenText;
  /** The tokens of a text that follows a space. */
  readonly encode: (text: string) => readonly number[];
  /** Whether a hypothesis can be believed; one that cannot is decoded again at a higher temperature. */
  readonly isCredible?: (hypothesis: Hypothesis, opening: Opening) => boolean;
}
