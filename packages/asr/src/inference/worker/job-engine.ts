import { isDeepStrictEqual } from 'node:util';
import {
  createDecoderBatch,
  type BranchedReading,
  type Feed,
  type Reading,
  type RowOutput,
} from '../../decoding/decoder-batch.js';
import { SAMPLE_RATE } from '../../audio/sample-rate.js';
import { SHORTEST_TOKEN_SECONDS, type WantedAudio } from '../../decoding/repetition.js';
import { doubtfulToken } from '../../decoding/doubtful-token.js';
import { changesOnlyTerms } from '../../decoding/term-guard.js';
import {
  createSearch,
  logProbabilityWithTerms,
  meanLogProbability,
  textLogProbability,
  type Hypothesis,
  type Search,
  type SearchEnd,
  type SearchStep,
} from '../../decoding/search.js';
import type { Opening, SpeechModel } from '../../decoding/speech-model.js';
import type { CrossAttention } from '../../decoding/stream-encoder.js';
import {
  reconsiderTerms,
  reheard,
  unconsidered,
  withReplaced,
  type Reconsidered,
  type Revision,
} from '../../decoding/reconsider-terms.js';
import type { ClinicalLanguage } from '../../lexicon/clinical-language.js';
import type { KeyTerm } from '../../terms/key-term.js';
import type { Confusables } from '../../terms/confusables.js';
import { nameTerms } from '../../terms/name-terms.js';
import { spellWords } from '../../text/words.js';
import { createTermLists } from './term-lists.js';
import { createWindowStates } from './window-states.js';
import {
  LEXICON,
  type JobPriority,
  type RecognitionJob,
  type RecognitionResult,
} from '../messages/worker-messages.js';

/** Recognises jobs one process at a time, decoding those at hand together. */
export interface JobEngine {
  add(job: RecognitionJob): void;
  /** Drops a job that has not ended. */
  cancel(id: number): void;
  /** Lets a job go before all partials. */
  promote(id: number): void;
  /** Frees what is kept of a window. */
  forget(window: string): void;
  /** Takes a list of terms that jobs may name. It is made ready between the steps of jobs that do not wait for it. */
  learn(name: string, terms: readonly KeyTerm[]): void;
  /** Frees a list. */
  unlearn(name: string): void;
}

/** Encoder frames that one batch may hold: cross-attention takes 27 kB a frame and layer pair in the base model. */
const MAX_BATCH_FRAMES = 2_500;

/** What learning terms may hold others up by at each step of the decoder, milliseconds; a step takes 10 to 40. */
const LEARNING_MS = 5;

/** Rows beyond which another brings less than it costs the others in waiting (bench `streams`). */
const MAX_BATCH_ROWS = 8;

/**
 * Makes an engine; `onResult` is called once for every job that was not cancelled. `onError` ends the process.
 * `onJoined` is called when a job has joined those at work, which leaves the tensors behind that held them before.
 * `confusables` and `language` belong to the lexicon.
 */
export function createJobEngine(
  model: SpeechModel,
  lexicon: readonly KeyTerm[],
  onResult: (id: number, result: RecognitionResult, runSeconds: number) => void,
  onError: (error: unknown) => void,
  onJoined: () => void = () => undefined,
  confusables?: Confusables,
  language?: ClinicalLanguage,
): JobEngine {
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const states = createWindowStates();
  const reader = { ...model, encode: remembered(model.encode) };
  const lists = createTermLists(reader, lexicon, language);
  const waiting: RecognitionJob[] = [];
  const decoding = new Map<number, Decoding>();
  const promoted = new Set<number>();
  let nextRow = 0;
  let running = false;

  const run = async () => {
    running = true;
    while (waiting.length > 0 || decoding.size > 0 || lists.isLearning()) {
      lists.learnOn(LEARNING_MS);
      const next = takeNext();
      if (next) {
        await start(next);
        onJoined();
      } else if (decoding.size > 0) {
        await stepAll();
      }
      // onnxruntime-node computes on this thread: messages come in between two computations.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  };

  const goOn = () => {
    if (!running) run().catch(onError);
  };

  const takeNext = (): RecognitionJob | undefined => {
    // A job waits for its own terms, and nobody else does.
    const ready = waiting.filter(({ termLists }) => !lists.isLearning(termLists));
    if (batch.size >= MAX_BATCH_ROWS || (batch.size > 0 && batch.frames >= MAX_BATCH_FRAMES))
      return undefined;
    const best = Math.min(...ready.map(rankOf));
    // A job waits for more urgent ones at work: its encoding would hold them up.
    if (Math.min(...[...decoding.values()].map(({ job }) => rankOf(job))) < best) return undefined;
    const isBest = (job: RecognitionJob) => rankOf(job) === best;
    const next = best === RANK.partial ? ready.findLast(isBest) : ready.find(isBest);
    return next && waiting.splice(waiting.indexOf(next), 1)[0];
  };

  const rankOf = (job: RecognitionJob) => RANK[promoted.has(job.id) ? 'final' : job.priority];

  const start = async (job: RecognitionJob) => {
    const entry: Decoding = {
      job,
      startedAt: performance.now(),
      attempt: 0,
      opening: {},
      cross: undefined,
      prompt: [],
      search: undefined,
      feeds: new Map(),
      draft: [],
      outputs: [],
      decoded: undefined,
      again: undefined,
      sureness: undefined,
    };
    decoding.set(job.id, entry);
    const { cross, state } = await model.encoder.encode(
      toFloat(job.audio),
      states.get(job.window, job.audio.length),
    );
    // Cancelled while it was encoded: nobody would tell when to let go of its state.
    if (!decoding.has(job.id)) return;
    if (job.keepState && state) states.set(job.window, state, job.audio.length);
    // The batch has a copy of its own as soon as it holds two rows: only what is decoded again needs the original.
    if ((model.isCredible && job.decoding.fallback) || job.termLists.length > 0) entry.cross = cross;
    entry.opening = await open(job, cross);
    await decode(entry, cross);
  };

  /** What the model says before any text, where that is of interest. */
  const open = async ({ decoding: request, prefix }: RecognitionJob, cross: CrossAttention) => {
    if (!model.opening || (prefix.length > 0 && request.language !== 'auto')) return {};
    const { outputs } = await batch.read(cross, model.opening.prompt);
    return outputs[0] ? model.opening.read(outputs[0].logits) : {};
  };

  const decode = async (entry: Decoding, cross: CrossAttention) => {
    const { job, attempt, opening, again } = entry;
    const former = again && { hypothesis: again.former.hypothesis, from: again.from };
    const request = job.decoding;
    const beams = former ? TERM_BEAMS : request.beams;
    const language = request.language === 'auto' ? (opening.language ?? 'en') : request.language;
    const prompt = model.prompt(request, language, job.prefix);
    const room = model.maxTokens - prompt.length;
    const maxTokens = Math.min(tokenLimit(job, model), room);
    // Only what is greedy comes again as it came before.
    const expected = beams === 1 && attempt === 0 ? job.draft : [];
    const draft = expected.slice(0, Math.min(maxTokens, MOST_AT_ONCE));
    const bare = createSearch({
      rules: model.rules(request, job.prefix),
      endToken: model.endToken,
      maxTokens,
      mostTokens: Math.min(Math.ceil(job.newSeconds / SHORTEST_TOKEN_SECONDS) + maxTokens, room),
      audio: wantedAudio(job, model),
      speaks: request.speaks,
      beams,
      temperature: TEMPERATURES[attempt] ?? 0,
      // Terms that the search favours are only looked for in a text that was heard without them.
      ...(former && { former, ...lists.matcherOf(job.termLists) }),
    });
    if (!again) entry.outputs = [];
    const search = job.termLists.length > 0 ? keepingOutputs(bare, entry.outputs) : bare;
    entry.prompt = prompt;
    const known = [...prompt, ...(former?.hypothesis.tokens.slice(0, former.from) ?? [])];
    const reading =
      readBefore(entry, known) ?? (await batch.read(cross, [...known, ...draft], draft.length + 1));
    // Cancelled while it was read: the rows would be decoded for ever.
    if (!decoding.has(job.id)) return;
    const { step, confirmed } = followDraft(search, reading.outputs, draft);
    const rows = Array.from({ length: search.rows }, () => nextRow++);
    entry.search = { search, rows };
    if (step.kind === 'continue') batch.join(rows, reading, known.length + confirmed);
    await proceed(entry, step, expected.slice(confirmed), reading);
  };

  const stepAll = async () => {
    const [first] = decoding.values();
    const expected = first && decoding.size === 1 ? expectedBehind(first) : [];
    if (first?.search && expected.length > 0) {
      await stepAlong(first, first.search, expected);
      return;
    }
    const feeds = new Map([...decoding.values()].flatMap((entry) => [...entry.feeds]));
    const outputs = await batch.step(feeds);
    for (const entry of [...decoding.values()]) {
      if (!entry.search || !decoding.has(entry.job.id)) continue;
      const { search, rows } = entry.search;
      const own = rows.flatMap((row) => outputs.get(row) ?? []);
      if (own.length > 0) await proceed(entry, search.advance(own));
    }
  };

  const stepAlong = async (entry: Decoding, { search, rows }: Searching, expected: readonly number[]) => {
    const ahead = expected.slice(0, MOST_AT_ONCE);
    const token = entry.feeds.get(rows[0] ?? 0)?.token ?? 0;
    const outputs = await batch.stepAlong([token, ...ahead]);
    if (!decoding.has(entry.job.id)) return;
    const { step, confirmed } = followDraft(search, outputs, ahead);
    batch.rewind(ahead.length - confirmed);
    await proceed(entry, step, expected.slice(confirmed));
  };

  /** `draft`: what was expected from here on; `read`: what an only row has read before it had a place in the batch. */
  const proceed = async (entry: Decoding, step: SearchStep, draft = entry.draft, read?: BranchedReading) => {
    entry.draft = draft;
    const rows = entry.search?.rows ?? [];
    if (step.kind === 'continue') {
      entry.feeds = new Map(
        rows.map((row, index) => {
          const feed = step.feeds[index];
          return [row, { token: feed?.token ?? 0, from: rows[feed?.from ?? index] ?? row }];
        }),
      );
      return;
    }
    const { job, opening, cross } = entry;
    const reading = read ?? readingOf(entry, rows, step.hypothesis);
    for (const row of rows) batch.leave(row);
    const isLast = !job.decoding.fallback || entry.again || entry.attempt + 1 >= TEMPERATURES.length;
    if (!isLast && cross && model.isCredible?.(step.hypothesis, opening) === false) {
      entry.attempt++;
      await decode(entry, cross);
      return;
    }
    if (!entry.again) {
      entry.decoded = reading;
      const isJudged = job.termLists.length > 0 && step.hypothesis.tokens.length > 0;
      entry.sureness = isJudged ? meanLogProbability(step.hypothesis) : undefined;
    }
    await finish(entry, step);
  };

  /** What the only row of a search has read, where its terms are reconsidered. */
  const readingOf = (
    { job, cross, prompt }: Decoding,
    [row, ...others]: readonly number[],
    { tokens }: Hypothesis,
  ): BranchedReading | undefined =>
    row !== undefined && others.length === 0 && cross && job.termLists.length > 0
      ? batch.readingOf(row, cross, [...prompt, ...tokens])
      : undefined;

  const finish = async (entry: Decoding, { hypothesis, rejoined }: SearchEnd) => {
    const { job, cross, again } = entry;
    const { terms } = lists.matcherOf(job.termLists);
    const best = again
      ? await likelier(entry, again, reheard(again, hypothesis, rejoined))
      : await reconsider(entry, unconsidered(hypothesis, entry.outputs));
    if (!decoding.has(job.id)) return;
    const isSearched = !terms || entry.attempt > 0 || (again && rejoined === 0);
    if (cross && !isSearched) {
      const searched = again ? best.hypothesis.tokens.length - rejoined : 0;
      const from = doubtfulToken(best.hypothesis, keyTermsOf(job), model, searched);
      if (from !== undefined) {
        entry.again = { former: best, from };
        await decode(entry, cross);
        return;
      }
    }
    deliver(entry, best);
  };

  /**
   * A text as it was, or as it was heard again, where that says the same but for terms and is likelier with them. What
   * terms add only says where to look: the decoder itself may not find it far less likely.
   */
  const likelier = async (
    entry: Decoding,
    { former }: Revision,
    again: Reconsidered,
  ): Promise<Reconsidered> => {
    const { terms } = lists.matcherOf(entry.job.termLists);
    if (!terms || isDeepStrictEqual(again.hypothesis.tokens, former.hypothesis.tokens)) return former;
    if (!changesOnlyTerms(former.hypothesis, again.hypothesis, keyTermsOf(entry.job), model)) return former;
    const heard = await reconsider(entry, again);
    const gained =
      logProbabilityWithTerms(heard.hypothesis, terms) - logProbabilityWithTerms(former.hypothesis, terms);
    const lost = textLogProbability(former.hypothesis) - textLogProbability(heard.hypothesis);
    return gained > 0 && lost < MOST_LOST ? heard : former;
  };

  const keyTermsOf = ({ termLists }: RecognitionJob) =>
    lists.named(termLists.filter((name) => name !== LEXICON));

  const reconsider = async ({ job, cross, prompt, decoded, again }: Decoding, found: Reconsidered) => {
    const named = lists.named(job.termLists);
    if (!cross || named.length === 0) return found;
    const expected = {
      lists: named,
      confusables: job.termLists.includes(LEXICON) ? confusables : undefined,
    };
    return reconsiderTerms(found, prompt, cross, expected, reader, batch, again ? undefined : decoded);
  };

  const deliver = (
    { job, opening, startedAt, sureness }: Decoding,
    { alternatives, ...heard }: Reconsidered,
  ) => {
    const { frames, lostIn, ...hypothesis } = withReplaced(heard.hypothesis, heard.replaced);
    const words = spellWords(hypothesis.tokens, hypothesis.logProbabilities, model.textOf);
    remove(job.id);
    onResult(
      job.id,
      {
        ...hypothesis,
        ...opening,
        ...(sureness !== undefined && { surenessBeforeTerms: sureness }),
        heardAt: frames.map((frame) => frame * model.secondsPerFrame),
        ...(lostIn && {
          lostIn: { from: lostIn.from * model.secondsPerFrame, to: lostIn.to * model.secondsPerFrame },
        }),
        terms: nameTerms(words, lists.named(job.termLists)),
        alternatives,
      },
      (performance.now() - startedAt) / 1000,
    );
  };

  const remove = (id: number) => {
    for (const row of decoding.get(id)?.search?.rows ?? []) batch.leave(row);
    decoding.delete(id);
    promoted.delete(id);
  };

  return {
    add(job) {
      waiting.push(job);
      goOn();
    },
    cancel(id) {
      const index = waiting.findIndex((job) => job.id === id);
      if (index >= 0) waiting.splice(index, 1);
      remove(id);
    },
    promote: (id) => promoted.add(id),
    forget: (window) => {
      states.delete(window);
    },
    learn(name, terms) {
      lists.learn(name, terms);
      goOn();
    },
    unlearn: lists.unlearn,
  };
}

/** A job in the batch. */
interface Decoding {
  readonly job: RecognitionJob;
  readonly startedAt: number;
  /** Counts the temperatures tried. */
  attempt: number;
  opening: Opening;
  /** Where the job may be decoded again, or its terms are reconsidered. */
  cross: CrossAttention | undefined;
  /** The tokens before the new text. */
  prompt: readonly number[];
  search: Searching | undefined;
  /** What its rows read next. */
  feeds: ReadonlyMap<number, Feed>;
  /** Tokens that were expected from the place on where the search last went another way. */
  draft: readonly number[];
  /** What the decoder said of each token, where it is decoded greedily and its terms are reconsidered. */
  outputs: RowOutput[];
  /** What is left of that. */
  decoded: BranchedReading | undefined;
  /** Once a doubtful part is searched for terms. */
  again: Revision | undefined;
  /** The mean logarithm of its tokens' probabilities before terms take the place of any. */
  sureness: number | undefined;
}

interface Searching {
  readonly search: Search;
  readonly rows: readonly number[];
}

/** Tokens of the texts that were asked for lately: what sounds alike is proposed again and again. */
function remembered(encode: SpeechModel['encode']): SpeechModel['encode'] {
  const latest = new Map<string, readonly number[]>();
  return (text) => {
    const known = latest.get(text);
    if (known) return known;
    const tokens = encode(text);
    if (latest.size >= MOST_REMEMBERED) latest.clear();
    latest.set(text, tokens);
    return tokens;
  };
}

const MOST_REMEMBERED = 2_000;

/** What was decoded greedily up to some known tokens, if it went through them. */
function readBefore({ decoded, outputs, prompt }: Decoding, known: readonly number[]): Reading | undefined {
  const output = outputs[known.length - prompt.length];
  const isSame = decoded && known.every((token, place) => decoded.tokens[place] === token);
  return isSame && output ? { ...decoded, outputs: [output] } : undefined;
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

/** What is expected behind the token that is fed next, if the draft has it near the place where it was left. */
function expectedBehind({ draft, feeds }: Decoding): readonly number[] {
  const [feed] = feeds.values();
  const place = draft.slice(0, DETOUR_TOKENS).indexOf(feed?.token ?? -1);
  const behind = place < 0 ? [] : draft.slice(place + 1);
  return behind.length >= WORTH_READING ? behind : [];
}

/** A word or two heard otherwise. */
const DETOUR_TOKENS = 6;

/** Tokens of a draft that are read at a time: the logits of each take 131 kB, in memory that never shrinks. */
const MOST_AT_ONCE = 16;

/** Tokens that are read together in the time of two steps. */
const WORTH_READING = 3;

/** However great the weights of terms are, what the decoder finds so much less likely was not said, nats (bench `terms`). */
const MOST_LOST = 24;

/** Hypotheses side by side among which key terms are found (bench `terms`). */
const TERM_BEAMS = 8;

/** The order of work: a job is not begun while one of a lower rank is at work. */
const RANK: Readonly<Record<JobPriority, number>> = { final: 0, partial: 1, background: 2 };

/** One after another, until a hypothesis can be believed (Radford et al. 2022, section 4.5). */
const TEMPERATURES = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

function wantedAudio({ audio, newSeconds }: RecognitionJob, { secondsPerFrame }: SpeechModel): WantedAudio {
  const seconds = audio.length / SAMPLE_RATE;
  return { from: (seconds - newSeconds) / secondsPerFrame, to: seconds / secondsPerFrame, secondsPerFrame };
}

function tokenLimit({ newSeconds }: RecognitionJob, { maxTokensPerSecond }: SpeechModel): number {
  return Math.max(6, Math.floor(newSeconds * maxTokensPerSecond) + 4);
}

function toFloat(audio: Int16Array): Float32Array {
  const samples = new Float32Array(audio.length);
  for (let i = 0; i < audio.length; i++) samples[i] = (audio[i] as number) / 32_768;
  return samples;
}
