import { LRUCache } from 'lru-cache';
import type { SpeechModel } from '../../decoding/speech-model.js';
import { createTensorBin } from '../../decoding/tensor-bin.js';
import type { ClinicalLanguage } from '../../lexicon/clinical-language.js';
import type { Confusables } from '../../terms/confusables.js';
import type { KeyTerm } from '../../terms/key-term.js';
import {
  LEXICON,
  type JobPhases,
  type RecognitionJob,
  type RecognitionResult,
} from '../messages/recognition-job.js';
import { createDecoderLanes } from './decoder-lanes.js';
import { createJobQueue, type BegunJob } from './job-queue.js';
import { recogniseUtterance } from './recognise-utterance.js';
import type { JobTerms } from './search-terms.js';
import type { JobDecoder } from './shared-decoder.js';
import type { SpelledTerms } from '../../terms/term-list.js';
import { createTermLists, type TermLists } from './term-lists.js';
import { createWindowStates } from './window-states.js';

/** Does the jobs of one process, decoding those at work together. */
export interface JobEngine {
  /** Takes a job, and the samples that it names, 16 kHz within ±1. */
  add(job: RecognitionJob, samples: Float32Array): void;
  /** Drops a job that has not ended. */
  cancel(id: number): void;
  /** Makes a job as urgent as a final. */
  promote(id: number): void;
  /** Leaves all jobs where they are until `goOn`. */
  pause(): void;
  /** Works on after `pause`. */
  readonly goOn: () => void;
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
  readonly onResult: (id: number, result: RecognitionResult, runSeconds: number, phases: JobPhases) => void;
  /** Ends the process. */
  readonly onError: (error: unknown) => void;
  /** Called when a job has had its first turn. */
  readonly onJoined?: () => void;
}

/** The lexicon, and what is known of its terms. */
export interface EngineLexicon {
  readonly terms: readonly KeyTerm[];
  /** How they are written and said, if that is known already. */
  readonly spelled?: SpelledTerms | undefined;
  /** Drugs and numbers that are taken for each other. */
  readonly confusables?: Confusables | undefined;
  /** Tells which terms fit the words around them. */
  readonly language?: ClinicalLanguage | undefined;
}

/** Makes an engine. It only chooses whose turn it is; `recogniseUtterance` does the work. */
export function createJobEngine(options: JobEngineOptions): JobEngine {
  const { lexicon, onError, onJoined } = options;
  const model = { ...options.model, encode: remembered(options.model.encode) };
  const bin = createTensorBin();
  const lanes = createDecoderLanes(model, bin.discard);
  const states = createWindowStates(undefined, bin.discard);
  const lists = createTermLists(model, lexicon?.terms ?? [], lexicon?.language, lexicon?.spelled);
  const jobs = createJobQueue();
  let running = false;
  let paused = false;

  const run = async () => {
    running = true;
    while (!paused && (!jobs.isEmpty || lists.isLearning())) {
      lists.learnOn(LEARNING_MS);
      // A job waits until its own terms are ready; the others go on.
      const next = jobs.beginNext((job) => lanes.haveRoom(job) && !lists.isLearning(job.termLists));
      if (next) {
        await lanes.begin(next, (own) => recognise(next, own));
        onJoined?.();
      } else if (jobs.isAtWork) {
        await lanes.step();
      }
      bin.empty();
      // onnxruntime-node computes on this thread, so messages are received only between two computations.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  };

  const recognise = async (begun: BegunJob, own: JobDecoder) => {
    const { job, signal } = begun;
    const startedAt = performance.now();
    const terms = termsOf(job, lists, lexicon);
    const tools = { model, decoder: own, states, terms, signal };
    const { result, phases } = await recogniseUtterance(begun, tools);
    jobs.end(job.id);
    options.onResult(job.id, result, (performance.now() - startedAt) / 1000, phases);
  };

  const work = () => {
    if (!running) run().catch(onError);
  };

  return {
    add(job, samples) {
      jobs.add({ job, samples });
      work();
    },
    cancel: jobs.cancel,
    promote: jobs.promote,
    pause() {
      paused = true;
    },
    goOn() {
      paused = false;
      work();
    },
    forget(window) {
      states.delete(window);
      if (!running) bin.empty();
    },
    learn(name, terms) {
      lists.learn(name, terms);
      work();
    },
    unlearn: lists.unlearn,
  };
}

/** The terms of the lists that a job names. */
function termsOf(
  { termLists }: RecognitionJob,
  lists: TermLists,
  lexicon: EngineLexicon | undefined,
): JobTerms {
  return {
    lists: lists.named(termLists),
    keyTerms: lists.named(termLists.filter((name) => name !== LEXICON)),
    matcher: lists.matcherOf(termLists).terms,
    confusables: termLists.includes(LEXICON) ? lexicon?.confusables : undefined,
  };
}

/** How long terms are learned at each step of the decoder, milliseconds; the step itself takes 10 to 40. */
const LEARNING_MS = 5;

/** Remembers the tokens of recent texts, since terms that sound alike are proposed again and again. */
function remembered(encode: SpeechModel['encode']): SpeechModel['encode'] {
  const latest = new LRUCache<string, readonly number[]>({
    max: MOST_REMEMBERED,
    memoMethod: (text) => encode(text),
  });
  return (text) => latest.memo(text);
}

const MOST_REMEMBERED = 2_000;
