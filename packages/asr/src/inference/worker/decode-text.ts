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
  /** What the decoder said of each token, where it is decoded greedily and its terms are reconsidered. */
  readonly outputs: readonly RowOutput[];
  /** What has read prompt and text already, where that is kept. */
  readonly prefill: BranchedPrefill | undefined;
  /** Whether it was believed at once, and not decoded again at a higher temperature. */
  readonly atFirst: boolean;
}

/** Decodes an utterance: along its draft first, and again at higher temperatures until the text can be believed. */
export async function decodeText(utterance: EncodedUtterance): Promise<DecodedText> {
  const { job, model, opening } = utterance;
  const { beams, fallback } = job.decoding;
  for (let attempt = 0; ; attempt++) {
    const outputs: RowOutput[] = [];
    const search = searchFor(utterance, { beams, temperature: TEMPERATURES[attempt] ?? 0 });
    const { hypothesis, prefill } = await runSearch(
      utterance,
      looksForTerms(job) ? keepingOutputs(search, outputs) : search,
      // Only what is greedy comes again as it came before.
      { known: utterance.prompt, draft: beams === 1 && attempt === 0 ? job.draft : [] },
    );
    const isLast = !fallback || attempt + 1 >= TEMPERATURES.length;
    if (isLast || model.isCredible?.(hypothesis, opening) !== false)
      return { hypothesis, outputs, prefill, atFirst: attempt === 0 };
  }
}

/** One after another, until a hypothesis can be believed (Radford et al. 2022, section 4.5). */
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
  /** The prompt, and what is known of the text. */
  readonly known: readonly number[];
  /** Tokens that are expected behind them. */
  readonly draft: readonly number[];
  /** What has read the known tokens already. */
  readonly prefill?: Prefill | undefined;
}

/** What a search came to, and what has read the prompt and the text, where that is kept. */
export interface Searched extends SearchEnd {
  readonly prefill: BranchedPrefill | undefined;
}

/** Takes a search to its end, in steps with those of other jobs. */
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
    // With no other job at work, what was expected has been read at once.
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
  /** Tokens that were expected from the place on where the search last went another way. */
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
  if (!isReadAgain(utterance)) utterance.cross = undefined;
  const { step, confirmed } = followDraft(search, prefill.outputs, draft);
  if (step.kind === 'ended') return { ...step, prefill };
  const rows = decoder.join(search.rows, prefill, known.length + confirmed);
  return { kind: 'begun', rows, step, draft: expected.slice(confirmed) };
}

function requireCross({ cross }: EncodedUtterance): CrossAttention {
  if (!cross) throw new RangeError('the audio was let go of');
  return cross;
}

/** Whether an utterance may be decoded again, or is asked about terms. */
function isReadAgain({ job, model }: EncodedUtterance): boolean {
  return (model.isCredible !== undefined && job.decoding.fallback) || looksForTerms(job);
}

/** What the only row of a search has read, where terms will be reconsidered. */
function prefillOf(
  { job, cross, prompt }: EncodedUtterance,
  search: Search,
  rows: JobRows,
  { hypothesis }: SearchEnd,
): BranchedPrefill | undefined {
  if (search.rows > 1 || !cross || !looksForTerms(job)) return undefined;
  return rows.prefillOf(cross, [...prompt, ...hypothesis.tokens]);
}

/** Takes a search along the tokens expected for as long as they are those it comes to; counts them. */
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

/** What is expected behind the token that is fed next, if the draft has it near the place where it was left. */
function expectedBehind(draft: readonly number[], feeds: readonly SearchFeed[]): readonly number[] {
  const place = draft.slice(0, DETOUR_TOKENS).indexOf(feeds[0]?.token ?? -1);
  const behind = place < 0 ? [] : draft.slice(place + 1);
  return behind.length >= WORTH_READING ? behind : [];
}

/** A word or two heard otherwise. */
const DETOUR_TOKENS = 6;

/** Tokens of a draft that are read at a time: the logits of each take 131 kB, in memory that never shrinks. */
const MOST_AT_ONCE = 16;

/** Tokens that are read together in the time of two steps. */
const WORTH_READING = 3;

/** A search that leaves in `kept` what it is told, if it has one row. */
function keepingOutputs({ rows, advance }: Search, kept: RowOutput[]): Search {
  return {
    rows,
    advance(outputs) {
      const [output] = outputs;
      if (rows === 1 && output) kept.push(output);
      return advance(outputs);
    },
  };
}

/** More tokens than the audio can hold, and more than that by any count; see `SearchOptions`. */
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
