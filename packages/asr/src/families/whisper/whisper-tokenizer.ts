import path from 'node:path';
import { z } from 'zod';
import type { TokenText } from '../../text/token-text.js';
import { whisperLanguages } from './languages.js';
import { corruptModelFile, readModelJson } from './model-json.js';
import { nonSpeechTokens } from './non-speech-tokens.js';
import { readTokenizerFile } from './tokenizer-file.js';

/** The vocabulary of a Whisper model: text tokens, then special tokens, then timestamps in steps of 20 ms. */
export interface WhisperTokenizer {
  /** The first token that is no text. */
  readonly endOfText: number;
  readonly startOfTranscript: number;
  /** Asks for text without timestamps; the timestamp tokens come after this one. */
  readonly noTimestamps: number;
  readonly noSpeech: number | undefined;
  /** `undefined` in models that know only English, which have no tasks. */
  readonly transcribe: number | undefined;
  readonly translate: number | undefined;
  readonly multilingual: boolean;
  /** The language tokens by Whisper's tags, see `whisperLanguages`. Empty in models that know only English. */
  readonly languages: ReadonlyMap<string, number>;
  /** Text and special tokens that are never chosen: annotations such as brackets and notes. */
  readonly suppressed: readonly number[];
  /** Tokens that are never chosen as the first one: the space and the end. */
  readonly suppressedAtBegin: readonly number[];
  /** The heads of the decoder's cross-attention that follow the audio, where the model's files name them. */
  readonly alignmentHeads: readonly (readonly [layer: number, head: number])[] | undefined;
  /** The tokens of a text. Text that looks like a special token is text too. The first call takes 0.3 s. */
  readonly encode: (text: string) => readonly number[];
  /** The text of a token; none for special tokens and timestamps. */
  readonly textOf: (token: number) => TokenText;
}

/**
 * Reads `tokenizer.json` and `generation_config.json` of a folder. Anything that the second does not have is derived from the
 * first. Takes 0.2 s. Throws `model_missing` or `model_corrupt`, with the file's name.
 */
export async function loadWhisperTokenizer(folder: string): Promise<WhisperTokenizer> {
  const file = path.join(folder, 'tokenizer.json');
  const [{ special, textOf, encode }, generation] = await Promise.all([
    readTokenizerFile(file),
    readModelJson(path.join(folder, 'generation_config.json'), generationSchema),
  ]);
  const required = (text: string): number => {
    const token = special.get(text);
    if (token === undefined) throw corruptModelFile(file, `it lacks the token ${text}`);
    return token;
  };
  const endOfText = required('<|endoftext|>');
  const startOfTranscript = required('<|startoftranscript|>');
  const multilingual = generation.is_multilingual ?? startOfTranscript !== ENGLISH_START_OF_TRANSCRIPT;
  return {
    endOfText,
    startOfTranscript,
    noTimestamps: generation.no_timestamps_token_id ?? required('<|notimestamps|>'),
    noSpeech: special.get('<|nospeech|>') ?? special.get('<|nocaptions|>'),
    transcribe: multilingual ? (generation.task_to_id?.transcribe ?? required('<|transcribe|>')) : undefined,
    translate: multilingual ? (generation.task_to_id?.translate ?? required('<|translate|>')) : undefined,
    multilingual,
    languages: multilingual
      ? languageTokens(Object.entries(generation.lang_to_id ?? Object.fromEntries(special)))
      : new Map(),
    suppressed: generation.suppress_tokens ?? nonSpeechTokens(encode),
    suppressedAtBegin: generation.begin_suppress_tokens ?? [...encode(' '), endOfText],
    alignmentHeads: generation.alignment_heads ?? undefined,
    encode,
    textOf,
  };
}

/** Picks the language tokens out of tokens by their texts, such as `<|en|>`, and maps them by their tags. */
function languageTokens(tokens: readonly (readonly [text: string, token: number])[]): Map<string, number> {
  return new Map(
    tokens.map(([text, token]) => [tagOf(text), token] as const).filter(([tag]) => whisperLanguages.has(tag)),
  );
}

function tagOf(text: string): string {
  const tag = text.replace(/^<\|(.*)\|>$/, '$1');
  // Some published vocabularies call Hebrew by the tag it had before 1989.
  return tag === 'iw' ? 'he' : tag;
}

/** Models that know only English have one token less before it. */
const ENGLISH_START_OF_TRANSCRIPT = 50_257;

const token = z.int().nonnegative();

const generationSchema = z.object({
  is_multilingual: z.boolean().nullish(),
  lang_to_id: z.record(z.string(), token).nullish(),
  task_to_id: z.object({ transcribe: token, translate: token }).nullish(),
  no_timestamps_token_id: token.nullish(),
  suppress_tokens: z.array(token).nullish(),
  begin_suppress_tokens: z.array(token).nullish(),
  alignment_heads: z.array(z.tuple([token, token]).readonly()).nullish(),
});
