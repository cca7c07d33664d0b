import type { InferenceSession } from 'onnxruntime-node';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createDecoderBatch } from '../decoding/decoder-batch.js';
import type { ModelGeometry } from '../decoding/model-geometry.js';
import type { HeardToken } from '../decoding/next-token.js';
import { repeatedTail } from '../decoding/repetition.js';
import { createStreamEncoder } from '../decoding/stream-encoder.js';
import { createWindowStates } from './window-states.js';
import type { RecognitionJob, RecognitionResult } from './worker-messages.js';

/** Recognises jobs one process at a time, decoding those at hand together. */
export interface JobEngine {
  add(job: RecognitionJob): void;
  /** Drops a job that has not ended. */
  cancel(id: number): void;
  /** Lets a job go before all partials. */
  promote(id: number): void;
  /** Frees what is kept of a window. */
  forget(window: string): void;
}

/** Encoder frames that one batch may hold: cross-attention takes 27 kB a frame and layer pair in the base model. */
const MAX_BATCH_FRAMES = 2_500;

/** Rows beyond which another brings less than it costs the others in waiting (bench `streams`). */
const MAX_BATCH_ROWS = 8;

/** The sessions of a prepared model. */
export interface PreparedModel {
  readonly encoder: InferenceSession;
  readonly decoder: InferenceSession;
  readonly geometry: ModelGeometry;
}

/** Makes an engine; `onResult` is called once for every job that was not cancelled. `onError` ends the process. */
export function createJobEngine(
  model: PreparedModel,
  onResult: (id: number, result: RecognitionResult, runSeconds: number) => void,
  onError: (error: unknown) => void,
): JobEngine {
  const encoder = createStreamEncoder(model.encoder, model.geometry);
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const states = createWindowStates();
  const waiting: RecognitionJob[] = [];
  const decoding = new Map<number, Decoding>();
  const promoted = new Set<number>();
  let running = false;

  const run = async () => {
    running = true;
    while (waiting.length > 0 || decoding.size > 0) {
      const next = takeNext();
      if (next) await start(next);
      else await stepAll();
      // onnxruntime-node computes on this thread: messages come in between two computations.
      await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  };

  const takeNext = (): RecognitionJob | undefined => {
    if (batch.size >= MAX_BATCH_ROWS || (batch.size > 0 && batch.frames >= MAX_BATCH_FRAMES))
      return undefined;
    const final = waiting.findIndex((job) => isFinal(job));
    // A partial waits for finals at work: its encoding would hold them up.
    const finalsAtWork = [...decoding.values()].some(({ job }) => isFinal(job));
    const index = final >= 0 || finalsAtWork ? final : waiting.length - 1;
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  };

  const isFinal = (job: RecognitionJob) => job.priority === 'final' || promoted.has(job.id);

  const start = async (job: RecognitionJob) => {
    const entry: Decoding = {
      job,
      startedAt: performance.now(),
      tokens: [],
      logProbabilities: [],
      heardAt: [],
      limit: tokenLimit(job, model.geometry),
    };
    decoding.set(job.id, entry);
    const encoded = await encoder.encode(toFloat(job.audio), states.get(job.window, job.audio.length));
    // Cancelled while it was encoded: nobody would tell when to let go of its state.
    if (!decoding.has(job.id)) return;
    if (job.keepState) states.set(job.window, encoded.state, job.audio.length);
    const first = await batch.join(job.id, encoded.cross, [...model.geometry.startTokens, ...job.prefix]);
    // Cancelled while it was read: the row would be decoded for ever.
    if (decoding.has(job.id)) accept(entry, first);
    else batch.leave(job.id);
  };

  const stepAll = async () => {
    for (const [id, scored] of await batch.step()) {
      const entry = decoding.get(id);
      if (entry) accept(entry, scored);
    }
  };

  const accept = (entry: Decoding, { token, logProbability, frame }: HeardToken) => {
    if (token === model.geometry.endToken) {
      finish(entry, 'end', logProbability);
      return;
    }
    entry.tokens.push(token);
    entry.logProbabilities.push(logProbability);
    entry.heardAt.push((frame * model.geometry.samplesPerFrame) / SAMPLE_RATE);
    const repeated = repeatedTail(entry.tokens);
    if (repeated > 0) {
      entry.tokens.length -= repeated;
      entry.logProbabilities.length -= repeated;
      entry.heardAt.length -= repeated;
      finish(entry, 'repetition', -Infinity);
    } else if (entry.tokens.length >= entry.limit) {
      finish(entry, 'length', -Infinity);
    }
  };

  const finish = (entry: Decoding, stopped: RecognitionResult['stopped'], endLogProbability: number) => {
    const { tokens, logProbabilities, heardAt, job } = entry;
    remove(job.id);
    onResult(
      job.id,
      { tokens, logProbabilities, heardAt, endLogProbability, stopped },
      (performance.now() - entry.startedAt) / 1000,
    );
  };

  const remove = (id: number) => {
    if (decoding.delete(id)) batch.leave(id);
    promoted.delete(id);
  };

  return {
    add(job) {
      waiting.push(job);
      if (!running) run().catch(onError);
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
  };
}

/** A job in the batch. */
interface Decoding {
  readonly job: RecognitionJob;
  readonly startedAt: number;
  readonly tokens: number[];
  readonly logProbabilities: number[];
  readonly heardAt: number[];
  readonly limit: number;
}

function tokenLimit(job: RecognitionJob, geometry: ModelGeometry): number {
  return Math.max(6, Math.floor(job.newSeconds * geometry.maxTokensPerSecond) + 4);
}

function toFloat(audio: Int16Array): Float32Array {
  const samples = new Float32Array(audio.length);
  for (let i = 0; i < audio.length; i++) samples[i] = (audio[i] as number) / 32_768;
  return samples;
}
