import type { InferenceSession } from 'onnxruntime-node';
import type { DecoderGeometry } from './model-geometry.js';
import type { Hypothesis } from './search.js';
import type { StreamEncoder } from './stream-encoder.js';
import type { TokenText } from '../text/token-text.js';
import type { TokenRules } from './token-rules.js';

/** How the text of some audio is wanted. */
export interface DecodingRequest {
  /** A BCP 47 tag; `auto` lets the model tell. */
  readonly language: string;
  readonly task: 'transcribe' | 'translate';
  /** Hypotheses that are searched side by side. */
  readonly beams: number;
  /** Whether a hypothesis that is hard to believe is decoded again at higher temperatures. */
  readonly fallback: boolean;
  /** Whether somebody is known to speak: the text does not end before it begins. */
  readonly speaks: boolean;
}

/** A request for nothing but the words. */
export const plainRequest: DecodingRequest = {
  language: 'en',
  task: 'transcribe',
  beams: 1,
  fallback: false,
  speaks: false,
};

/** What a model says of audio before it writes any text. */
export interface Opening {
  /** The language that was heard, where the model can tell. */
  readonly language?: string;
  /** How likely there is no speech, 0 to 1. */
  readonly noSpeech?: number;
}

/** A loaded model as decoding sees it: all that differs between families. */
export interface SpeechModel {
  readonly geometry: DecoderGeometry;
  readonly encoder: StreamEncoder;
  readonly decoder: InferenceSession;
  readonly secondsPerFrame: number;
  readonly endToken: number;
  /** More tokens than a person speaks, a second of audio. */
  readonly maxTokensPerSecond: number;
  /** Tokens that the decoder has positions for, the prompt among them. */
  readonly maxTokens: number;
  /** The tokens that stand before the new text. `language`: asked for, or heard. */
  prompt(request: DecodingRequest, language: string, prefix: readonly number[]): readonly number[];
  /** The rules for the text behind a prefix, or for all of it where that is empty. */
  rules(request: DecodingRequest, prefix: readonly number[]): TokenRules;
  /** Reads language and silence from the logits behind `prompt`. */
  readonly opening?: {
    readonly prompt: readonly number[];
    read(logits: Float32Array): Opening;
  };
  /** Tokens that stand for text: those from 0 up to this. */
  readonly textTokens: number;
  textOf(token: number): TokenText;
  /** The tokens of a text that stands behind a space. */
  encode(text: string): readonly number[];
  /** Whether a hypothesis can be believed; one that cannot is decoded again at a higher temperature. */
  readonly isCredible?: (hypothesis: Hypothesis, opening: Opening) => boolean;
}
