import { createDecoderBatch } from '../../decoding/decoder-batch.js';
import type { SpeechModel } from '../../decoding/speech-model.js';
import type { ClinicalLanguage } from '../../lexicon/clinical-language.js';
import type { Confusables } from '../../terms/confusables.js';
import type { KeyTerm } from '../../terms/key-term.js';
import {
  LEXICON,
  type JobPriority,
  type RecognitionJob,
  type RecognitionResult,
} from '../messages/recognition-job.js';
import { recogniseUtterance, type HeardJob } from './recognise-utterance.js';
import type { JobTerms } from './search-terms.js';
import { createSharedDecoder, type JobDecoder } from './shared-decoder.js';
import { createTermLists } from './term-lists.js';
import { createWindowStates } from './window-states.js';

/** Recognises jobs one process at a time, decoding those at hand together. */
export interface JobEngine {
  /** Takes a job, and the samples that it names, 16 kHz within ±1. */
  add(job: RecognitionJob, samples: Float32Array): void;
  /** Drops a job that has not ended. */
  cancel(id: number): void;
  /** Lets a job go before all partials. */
  promote(id: number): void;
  /** Frees what is kept of a window. */
  forget(window: string): void;
  /** Takes a list of terms that jobs may name. It is made ready between the steps of jobs that do not wait for it. */
  learn(name: string, terms: readonly KeyTerm[]): void;
  /** Frees a list. */
  readonly unlearn: (name: string) => void;
}

/** What an engine works with, and whom it tells. */
export interface JobEngineOptions {
  readonly model: SpeechModel;
  /** The lexicon, where jobs may ask for it. */
  readonly lexicon?: EngineLexicon | undefined;
  /** Called once for every job that was not cancelled. */
  readonly onResult: (id: number, result: RecognitionResult, runSeconds: number) => void;
  /** Ends the process. */
  readonly onError: (error: unknown) => void;
  /** A job has joined those at work, which leaves the tensors behind that held them before. */
  readonly onJoined?: () => void;
}

/** The lexicon, and what is known of its terms. */
export interface EngineLexicon {
  readonly terms: readonly KeyTerm[];
  /** What may be taken for each other. */
  readonly confusables?: Confusables | undefined;
  /** Which terms go with the words around them. */
  readonly language?: ClinicalLanguage | undefined;
}

/** Makes an engine. It chooses whose turn it is; what is done to a job says `recogniseUtterance`. */
export function createJobEngine({
  model,
  lexicon,
  onResult,
  onError,
  onJoined = () => undefined,
}: JobEngineOptions): JobEngine {
  const reader = { ...model, encode: remembered(model.encode) };
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const decoder = createSharedDecoder(batch);
  const states = createWindowStates();
  const lists = createTermLists(reader, lexicon?.terms ?? [], lexicon?.language);
  const waiting: HeardJob[] = [];
  const atWork = new Map<number, JobAtWork>();
  const promoted = new Set<number>();
  let running = false;

  const run = async () => {
    running = true;
    while (waiting.length > 0 || atWork.size > 0 || lists.isLearning()) {
      lists.learnOn(LEARNING_MS);
      const next = takeNext();
      if (next) {
        await begin(next);
        onJoined();
      } else if (atWork.size > 0) {
        await decoder.step();
      }
      // onnxruntime-node computes on this thread: messages come in between two computations.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  };

  const goOn = () => {
    if (!running) run().catch(onError);
  };

  const takeNext = (): HeardJob | undefined => {
    // A job waits for its own terms, and nobody else does.
    const ready = waiting.filter(({ job }) => !lists.isLearning(job.termLists));
    if (batch.size >= MAX_BATCH_ROWS || (batch.size > 0 && batch.frames >= MAX_BATCH_FRAMES))
      return undefined;
    const best = Math.min(...ready.map(({ job }) => rankOf(job)));
    // A job waits for more urgent ones at work: its encoding would hold them up.
    if (Math.min(...[...atWork.values()].map(({ job }) => rankOf(job))) < best) return undefined;
    const isBest = ({ job }: HeardJob) => rankOf(job) === best;
    const next = best === RANK.partial ? ready.findLast(isBest) : ready.find(isBest);
    return next && waiting.splice(waiting.indexOf(next), 1)[0];
  };

  const rankOf = (job: RecognitionJob) => RANK[promoted.has(job.id) ? 'final' : job.priority];

  const begin = (heard: HeardJob) => {
    const { job } = heard;
    const cancelled = new AbortController();
    atWork.set(job.id, { job, cancelled });
    const { signal } = cancelled;
    return decoder.begin((own) => recognise(heard, own, signal), signal);
  };

  const recognise = async (heard: HeardJob, own: JobDecoder, signal: AbortSignal) => {
    const { job } = heard;
    const startedAt = performance.now();
    const terms = termsOf(job);
    const result = await recogniseUtterance(heard, { model: reader, decoder: own, states, terms, signal });
    atWork.delete(job.id);
    promoted.delete(job.id);
    onResult(job.id, result, (performance.now() - startedAt) / 1000);
  };

  const termsOf = ({ termLists }: RecognitionJob): JobTerms => ({
    lists: lists.named(termLists),
    keyTerms: lists.named(termLists.filter((name) => name !== LEXICON)),
    matcher: lists.matcherOf(termLists).terms,
    confusables: termLists.includes(LEXICON) ? lexicon?.confusables : undefined,
  });

  return {
    add(job, samples) {
      waiting.push({ job, samples });
      goOn();
    },
    cancel(id) {
      const index = waiting.findIndex(({ job }) => job.id === id);
      if (index >= 0) waiting.splice(index, 1);
      atWork.get(id)?.cancelled.abort();
      atWork.delete(id);
      promoted.delete(id);
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

interface JobAtWork {
  readonly job: RecognitionJob;
  readonly cancelled: AbortController;
}

/** Encoder frames that one batch may hold: cross-attention takes 27 kB a frame and layer pair in the base model. */
const MAX_BATCH_FRAMES = 2_500;

/** What learning terms may hold others up by at each step of the decoder, milliseconds; a step takes 10 to 40. */
const LEARNING_MS = 5;

/** Rows beyond which another brings less than it costs the others in waiting (bench `streams`). */
const MAX_BATCH_ROWS = 8;

/** The order of work: a job is not begun while one of a lower rank is at work. */
const RANK: Readonly<Record<JobPriority, number>> = { final: 0, partial: 1, background: 2 };

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
