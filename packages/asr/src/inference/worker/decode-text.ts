import type { BranchedPrefill, Prefill, RowOutput } from '../../decoding/decoder-batch.js';
import { SHORTEST_TOKEN_SECONDS, type WantedAudio } from '../../decoding/repetition.js';
import {
  createSearch,
  type Search,
  type SearchEnd,
  type SearchFeed,
  type SearchOptions,
  type SearchStep,
} from '../../decoding/search.js';
import type { Opening, SpeechModel } from '../../decoding/speech-model.js';
import type { CrossAttention } from '../../decoding/stream-encoder.js';
import type { RecognitionJob } from '../messages/recognition-job.js';
import type { JobDecoder, JobRows } from './shared-decoder.js';

/** An utterance whose audio is encoded. */
export interface EncodedUtterance {
  readonly job: RecognitionJob;
  /** Length of what was encoded, seconds. */
  readonly seconds: number;
  readonly model: SpeechModel;
  readonly decoder: JobDecoder;
  readonly opening: Opening;
  /** The tokens before the new text. */
  readonly prompt: readonly number[];
  /**
   * What the decoder listens to. It is released after the first prefill unless it will be read again: the
   * batch has a copy of its own as soon as it holds two rows.
   */
  cross: CrossAttention | undefined;
}

/** The text that an utterance was decoded to, before terms are looked for. */
export interface DecodedText {
  readonly hypothesis: SearchEnd['hypothesis'];
  /** The output of the decoder for each token, if the search was greedy and terms will be reconsidered; else empty. */
  readonly outputs: readonly RowOutput[];
  /** The reading of prompt and text, if it is kept. */
  readonly prefill: BranchedPrefill | undefined;
  /** Whether it was believed at once, and not decoded again at a higher temperature. */
  readonly atFirst: boolean;
}

/** Decodes an utterance: along its draft first, and again at higher temperatures until the text can be believed. */
export async function decodeText(utterance: EncodedUtterance): Promise<DecodedText> {
  const { job, model, opening, decoder } = utterance;
  const { beams, fallback } = job.decoding;
  for (let attempt = 0; ; attempt++) {
    const outputs: RowOutput[] = [];
    const search = searchFor(utterance, { beams, temperature: TEMPERATURES[attempt] ?? 0 });
    const { hypothesis, prefill } = await runSearch(
      utterance,
      looksForTerms(job) ? keepingOutputs(search, outputs, decoder) : search,
      // Only a greedy search finds again what it found before.
      { known: utterance.prompt, draft: beams === 1 && attempt === 0 ? job.draft : [] },
    );
    const isLast = !fallback || attempt + 1 >= TEMPERATURES.length;
    if (isLast || model.isCredible?.(hypothesis, opening) !== false)
      return { hypothesis, outputs, prefill, atFirst: attempt === 0 };
  }
}

/** Tried one after another until a hypothesis can be believed (Radford et al. 2022, section 4.5). */
const TEMPERATURES = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

/** Whether the decoder is asked about terms once a text is found. */
export function looksForTerms({ termLists }: RecognitionJob): boolean {
  return termLists.length > 0;
}

/** A search for the text of an utterance. */
export function searchFor(
  utterance: EncodedUtterance,
  how: Pick<SearchOptions, 'beams' | 'temperature' | 'terms' | 'former'>,
): Search {
  const { job, model } = utterance;
  return createSearch({
    rules: model.rules(job.decoding, job.prefix),
    endToken: model.endToken,
    ...tokenLimits(utterance),
    audio: wantedAudio(utterance),
    speaks: job.decoding.speaks,
    ...how,
  });
}

/** Where a search begins. */
export interface SearchBeginning {
  /** The prompt, and the tokens of the text that are settled. */
  readonly known: readonly number[];
  /** Tokens that are expected after them. */
  readonly draft: readonly number[];
  /** An earlier reading of the known tokens. */
  readonly prefill?: Prefill | undefined;
}

/** How a search ended, and the reading of prompt and text, if it is kept. */
export interface Searched extends SearchEnd {
  readonly prefill: BranchedPrefill | undefined;
}

/** Runs a search to its end; its steps are taken together with those of other jobs. */
export async function runSearch(
  utterance: EncodedUtterance,
  search: Search,
  beginning: SearchBeginning,
): Promise<Searched> {
  const begun = await beginSearch(utterance, search, beginning);
  if (begun.kind === 'ended') return begun;
  const { rows } = begun;
  let { step, draft } = begun;
  while (step.kind === 'continue') {
    const expected = expectedBehind(draft, step.feeds);
    const ahead = expected.slice(0, MOST_AT_ONCE);
    const outputs = await rows.step(step.feeds, ahead);
    if (outputs.length === search.rows) {
      step = search.advance(outputs);
      continue;
    }
    // No other job was at work, so the expected tokens have been read in the same step.
    const followed = followDraft(search, outputs, ahead);
    rows.rewind(ahead.length - followed.confirmed);
    draft = expected.slice(followed.confirmed);
    step = followed.step;
  }
  const prefill = prefillOf(utterance, search, rows, step);
  rows.leave();
  return { ...step, prefill };
}

/** A search that is at work in the batch. */
interface Begun {
  readonly kind: 'begun';
  readonly rows: JobRows;
  readonly step: SearchStep;
  /** The rest of the draft, from the place on where the search last left it. */
  readonly draft: readonly number[];
}

async function beginSearch(
  utterance: EncodedUtterance,
  search: Search,
  { known, draft: expected, prefill: earlier }: SearchBeginning,
): Promise<Begun | Searched> {
  const { decoder } = utterance;
  const draft = expected.slice(0, Math.min(tokenLimits(utterance).maxTokens, MOST_AT_ONCE));
  const prefill =
    earlier ?? (await decoder.prefill(requireCross(utterance), [...known, ...draft], draft.length + 1));
  const isGiven = !isReadAgain(utterance);
  if (isGiven) utterance.cross = undefined;
  const { step, confirmed } = followDraft(search, prefill.outputs, draft);
  if (step.kind === 'ended') {
    if (isGiven) decoder.freeAtEnd(prefill.cross.tensors.values());
    return { ...step, prefill };
  }
  const rows = decoder.join(search.rows, prefill, known.length + confirmed, isGiven);
  return { kind: 'begun', rows, step, draft: expected.slice(confirmed) };
}

function requireCross({ cross }: EncodedUtterance): CrossAttention {
  if (!cross) throw new RangeError('the audio was let go of');
  return cross;
}

/** Whether the encoded audio may be read again, for a higher temperature or for terms. */
export function isReadAgain({ job, model }: Pick<EncodedUtterance, 'job' | 'model'>): boolean {
  return (model.isCredible !== undefined && job.decoding.fallback) || looksForTerms(job);
}

/** The reading of a search with one row, if terms will be reconsidered. */
function prefillOf(
  { job, cross, prompt }: EncodedUtterance,
  search: Search,
  rows: JobRows,
  { hypothesis }: SearchEnd,
): BranchedPrefill | undefined {
  if (search.rows > 1 || !cross || !looksForTerms(job)) return undefined;
  return rows.prefillOf(cross, [...prompt, ...hypothesis.tokens]);
}

/** Advances a search along a draft while it chooses the tokens of the draft; counts the tokens that were confirmed. */
function followDraft(
  search: Search,
  outputs: readonly RowOutput[],
  draft: readonly number[],
): { readonly step: SearchStep; readonly confirmed: number } {
  for (const [confirmed, output] of outputs.entries()) {
    const step = search.advance([output]);
    if (step.kind === 'ended' || step.feeds[0]?.token !== draft[confirmed]) return { step, confirmed };
  }
  throw new RangeError('a draft needs an output more than it has tokens');
}

/** The draft after the token that is fed next, if it has that token near the place where the search left it. */
function expectedBehind(draft: readonly number[], feeds: readonly SearchFeed[]): readonly number[] {
  const place = draft.slice(0, DETOUR_TOKENS).indexOf(feeds[0]?.token ?? -1);
  const behind = place < 0 ? [] : draft.slice(place + 1);
  return behind.length >= WORTH_READING ? behind : [];
}

/** How far on in a draft a search may come back to it, tokens: a word or two may have been heard differently. */
const DETOUR_TOKENS = 6;

/** Tokens of a draft that are read at a time: the logits of each take 131 kB, in memory that never shrinks. */
const MOST_AT_ONCE = 16;

/** The fewest tokens of a draft worth reading together: that takes the time of two steps. */
const WORTH_READING = 3;

/** The same search, which also adds to `kept` the outputs that it is given, if it has one row. */
function keepingOutputs({ rows, advance }: Search, kept: RowOutput[], decoder: JobDecoder): Search {
  return {
    rows,
    advance(outputs) {
      const [output] = outputs;
      if (rows === 1 && output) {
        // What a step gives is valid only until the next.
        const logits = output.logits.slice();
        kept.push({ ...output, logits });
        decoder.freeAtEnd([{ data: logits }]);
      }
      return advance(outputs);
    },
  };
}

/** Numbers of tokens that are more than the audio can hold; see `SearchOptions`. */
function tokenLimits({
  job: { newSeconds },
  model,
  prompt,
}: EncodedUtterance): Pick<SearchOptions, 'maxTokens' | 'mostTokens'> {
  const room = model.maxTokens - prompt.length;
  const maxTokens = Math.min(Math.max(6, Math.floor(newSeconds * model.maxTokensPerSecond) + 4), room);
  return {
    maxTokens,
    mostTokens: Math.min(Math.ceil(newSeconds / SHORTEST_TOKEN_SECONDS) + maxTokens, room),
  };
}

function wantedAudio({
  job: { newSeconds },
  model: { secondsPerFrame },
  seconds,
}: EncodedUtterance): WantedAudio {
  return { from: (seconds - newSeconds) / secondsPerFrame, to: seconds / secondsPerFrame, secondsPerFrame };
}
