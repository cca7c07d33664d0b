import { withoutRounds } from '../../decoding/repetition.js';
import { openGraph, type Device } from '../../decoding/open-graph.js';
import { meanWithEnd } from '../../decoding/search.js';
import type { SpeechModel } from '../../decoding/speech-model.js';
import { compressionRatio } from './compression-ratio.js';
import { createTokenRules } from './token-rules.js';
import { createWhisperEncoder } from './whisper-encoder.js';
import { readWhisperShape } from './whisper-shape.js';
import { loadWhisperTokenizer, type WhisperTokenizer } from './whisper-tokenizer.js';

/** Prepared graphs of a Whisper model, and the folder with its configuration and vocabulary. */
interface WhisperFiles {
  readonly encoderPath: string;
  readonly decoderPath: string;
  readonly folder: string;
  readonly device: Device;
}

/** Loads a prepared Whisper model. Throws what the runtime throws, `model_missing` or `model_corrupt`. */
export async function openWhisper({
  encoderPath,
  decoderPath,
  folder,
  device,
}: WhisperFiles): Promise<SpeechModel> {
  const [shape, tokenizer] = await Promise.all([readWhisperShape(folder), loadWhisperTokenizer(folder)]);
  const rules = {
    first: createTokenRules(tokenizer),
    // After a prefix, the end may come at once, if nothing more was said.
    continued: createTokenRules({ ...tokenizer, suppressedAtBegin: [] }),
  };
  return {
    geometry: shape,
    encoder: createWhisperEncoder(await openGraph(encoderPath, device), shape),
    decoder: await openGraph(decoderPath, device),
    secondsPerFrame: SECONDS_PER_FRAME,
    endToken: tokenizer.endOfText,
    maxTokensPerSecond: MAX_TOKENS_PER_SECOND,
    maxTokens: shape.maxTokens,
    prompt: ({ task }, language, prefix) => [
      tokenizer.startOfTranscript,
      ...languageAndTask(tokenizer, language, task),
      tokenizer.noTimestamps,
      ...prefix,
    ],
    rules: (_request, prefix) => (prefix.length > 0 ? rules.continued : rules.first),
    opening: {
      prompt: [tokenizer.startOfTranscript],
      read: (logits) => readOpening(tokenizer, logits),
    },
    textTokens: tokenizer.endOfText,
    textOf: tokenizer.textOf,
    encode: (text) => tokenizer.encode(` ${text}`),
    isCredible: (hypothesis, { noSpeech }) => {
      const { tokens, stopped } = hypothesis;
      if (stopped !== 'end') return false;
      // Repeated words do not prove that the decoder loops: whether it does is judged by the audio that each round takes.
      const text = Buffer.concat(withoutRounds(tokens).map((token) => tokenizer.textOf(token).bytes));
      if (compressionRatio(text.toString()) > INCREDIBLE.compressionRatio) return false;
      // If there is only silence, its words are bound to score badly, and that is no reason to decode again.
      return (
        meanWithEnd(hypothesis) >= INCREDIBLE.meanLogProbability || (noSpeech ?? 0) > INCREDIBLE.noSpeech
      );
    },
  };
}

/** Frames of 20 ms: two hops of the features. */
const SECONDS_PER_FRAME = 0.02;

/** Words of some languages take one token a syllable or more. */
const MAX_TOKENS_PER_SECOND = 10;

/** The thresholds of Radford et al. 2022 (https://arxiv.org/abs/2212.04356), section 4.5. */
const INCREDIBLE = { compressionRatio: 2.4, meanLogProbability: -1, noSpeech: 0.6 } as const;

function languageAndTask(
  tokenizer: WhisperTokenizer,
  language: string,
  task: 'transcribe' | 'translate',
): readonly number[] {
  const { multilingual, languages, transcribe, translate } = tokenizer;
  if (!multilingual) return [];
  // A tag may name a region: en-GB.
  const named = languages.get(language) ?? languages.get(language.split('-')[0] ?? '') ?? languages.get('en');
  return [named, task === 'translate' ? translate : transcribe].filter((token) => token !== undefined);
}

function readOpening({ languages, noSpeech }: WhisperTokenizer, logits: Float32Array) {
  let language: string | undefined;
  let best = -Infinity;
  for (const [tag, token] of languages) {
    const logit = logits[token] ?? -Infinity;
    if (logit <= best) continue;
    best = logit;
    language = tag;
  }
  return {
    ...(language === undefined ? {} : { language }),
    ...(noSpeech === undefined ? {} : { noSpeech: probabilityOf(noSpeech, logits) }),
  };
}

function probabilityOf(token: number, logits: Float32Array): number {
  let highest = -Infinity;
  for (const logit of logits) highest = Math.max(highest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return Math.exp((logits[token] ?? -Infinity) - highest) / sum;
}
