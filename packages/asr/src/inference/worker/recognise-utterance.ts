import { SAMPLE_RATE } from '../../audio/sample-rate.js';
import { withReplaced, type Reconsidered } from '../../decoding/reconsider-terms.js';
import { meanLogProbability } from '../../decoding/search.js';
import type { Opening, SpeechModel } from '../../decoding/speech-model.js';
import type { CrossAttention } from '../../decoding/stream-encoder.js';
import { nameTerms } from '../../terms/name-terms.js';
import { spellWords } from '../../text/words.js';
import type { JobPhases, RecognitionJob, RecognitionResult } from '../messages/recognition-job.js';
import {
  decodeText,
  isReadAgain,
  looksForTerms,
  type DecodedText,
  type EncodedUtterance,
} from './decode-text.js';
import { searchTerms, type JobTerms } from './search-terms.js';
import type { JobDecoder } from './shared-decoder.js';
import type { WindowStates } from './window-states.js';

/** A job with its audio. */
export interface HeardJob {
  readonly job: RecognitionJob;
  /** The samples that it names, 16 kHz within ±1. */
  readonly samples: Float32Array;
}

/** What an utterance is recognised with. */
export interface UtteranceTools {
  readonly model: SpeechModel;
  readonly decoder: JobDecoder;
  readonly states: WindowStates;
  readonly terms: JobTerms;
  /** Aborted when nobody waits for the result any more: promises of the decoder then reject. */
  readonly signal: AbortSignal;
}

/**
 * All that is done to one utterance: its audio is encoded; it is decoded along its draft, and at higher temperatures until
 * the text can be believed; and its terms are reconsidered. Wherever the decoder is needed, the job awaits its turn.
 */
export async function recogniseUtterance(
  { job, samples }: HeardJob,
  tools: UtteranceTools,
): Promise<RecognisedUtterance> {
  const startedAt = performance.now();
  const utterance = await encode({ job, samples }, tools);
  const encodedAt = performance.now();
  const decoded = await decodeText(utterance);
  const decodedAt = performance.now();
  const text = await searchTerms(utterance, tools.terms, decoded);
  return {
    result: resultOf(utterance, decoded, text, tools.terms),
    phases: {
      encodeSeconds: (encodedAt - startedAt) / 1000,
      decodeSeconds: (decodedAt - encodedAt) / 1000,
      termsSeconds: (performance.now() - decodedAt) / 1000,
    },
  };
}

interface RecognisedUtterance {
  readonly result: RecognitionResult;
  readonly phases: JobPhases;
}

async function encode(
  { job, samples }: HeardJob,
  { model, decoder, states, signal }: UtteranceTools,
): Promise<EncodedUtterance> {
  const { window } = job;
  const earlier = window === undefined ? undefined : states.get(window, samples.length);
  const { cross, state } = await model.encoder.encode(samples, earlier);
  if (signal.aborted || isReadAgain({ job, model })) decoder.freeAtEnd(cross.tensors.values());
  // If the job was cancelled in the meantime, nobody would say when to free its state.
  const isKept = job.keepState && window !== undefined && !signal.aborted;
  if (state && isKept) states.set(window, state, samples.length);
  else decoder.freeAtEnd(state?.tensors.values() ?? []);
  signal.throwIfAborted();
  const opening = await open(job, model, decoder, cross);
  const { language } = job.decoding;
  const spoken = language === 'auto' ? (opening.language ?? 'en') : language;
  return {
    job,
    seconds: samples.length / SAMPLE_RATE,
    model,
    decoder,
    opening,
    prompt: model.prompt(job.decoding, spoken, job.prefix),
    cross,
  };
}

/** What the model says about the audio before any text. Not read where the text goes on and its language is given. */
async function open(
  { decoding, prefix }: RecognitionJob,
  { opening }: SpeechModel,
  decoder: JobDecoder,
  cross: CrossAttention,
): Promise<Opening> {
  if (!opening || (prefix.length > 0 && decoding.language !== 'auto')) return {};
  const { outputs } = await decoder.prefill(cross, opening.prompt);
  return outputs[0] ? opening.read(outputs[0].logits) : {};
}

function resultOf(
  { job, model, opening }: EncodedUtterance,
  { hypothesis: decoded }: DecodedText,
  { hypothesis: heard, replaced, alternatives }: Reconsidered,
  { lists }: JobTerms,
): RecognitionResult {
  const { frames, lostIn, ...hypothesis } = withReplaced(heard, replaced);
  const words = spellWords(hypothesis.tokens, hypothesis.logProbabilities, model.textOf);
  const isJudged = looksForTerms(job) && decoded.tokens.length > 0;
  const secondsOf = (frame: number) => frame * model.secondsPerFrame;
  return {
    ...hypothesis,
    ...opening,
    ...(isJudged && { surenessBeforeTerms: meanLogProbability(decoded) }),
    heardAt: frames.map(secondsOf),
    ...(lostIn && { lostIn: { from: secondsOf(lostIn.from), to: secondsOf(lostIn.to) } }),
    terms: nameTerms(words, lists),
    alternatives,
  };
}
