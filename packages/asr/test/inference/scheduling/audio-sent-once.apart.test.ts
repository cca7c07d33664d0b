import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { plainRequest } from '../../../src/decoding/speech-model.js';
import type { RecognitionJob } from '../../../src/inference/messages/recognition-job.js';
import type { FromWorker, ToWorker } from '../../../src/inference/messages/worker-messages.js';
import type { WorkerListener } from '../../../src/inference/scheduling/worker-process.js';
import { createWorkerSlot, type WorkerSlot } from '../../../src/inference/scheduling/worker-slot.js';
import { createStreamAudio, type StreamAudio } from '../../../src/inference/worker/stream-audio.js';
import { unusedModel } from '../../support/unused-model.js';

const slots: WorkerSlot[] = [];
afterEach(() => {
  for (const slot of slots.splice(0)) void slot.close();
});

/** Processes without a model, in the order that they were started: they keep audio as real ones do, and answer alike. */
const started: FakeProcess[] = [];

interface FakeProcess {
  readonly listener: WorkerListener<FromWorker>;
  readonly audio: StreamAudio;
  /** Samples that each message brought. */
  readonly sent: number[];
  /** The jobs that it took, each with its audio. */
  readonly heard: { readonly id: number; readonly samples: Float32Array }[];
  /** Messages that it has not sent yet. */
  readonly answers: FromWorker[];
  /** Kinds of all messages that it got. */
  readonly got: ToWorker['type'][];
}

vi.mock('../../../src/inference/scheduling/worker-process.js', () => ({
  startWorkerProcess(_: URL, listener: WorkerListener<FromWorker>) {
    const own: FakeProcess = {
      listener,
      audio: createStreamAudio(),
      sent: [],
      heard: [],
      answers: [],
      got: [],
    };
    started.push(own);
    return {
      pid: started.length,
      send: (message: ToWorker) => {
        own.got.push(message.type);
        take(own, message);
      },
      kill: () => undefined,
    };
  },
}));

describe('a slot sends its process', () => {
  test('each sample once, whatever jobs it is part of', () => {
    const { assign, sent } = newSlot();
    assign(0, 16_000);
    assign(0, 24_000);
    assign(8_000, 24_000);
    assign(8_000, 30_000);
    assign(30_000, 32_000);
    expect(sent()).toEqual([16_000, 8_000, 6_000, 2_000]);
  });

  test('the audio of a final beside a crowd while it does nothing else', () => {
    const { slot } = newSlot();
    slot.assign(
      { ...jobOf(1, 'a', 0, 100), priority: 'final-beside-crowd' },
      { audio: (first) => counting(first, 100), keyTerms: undefined },
    );
    expect(latest().got).toEqual(['load', 'pause', 'audio', 'job', 'go-on']);
  });

  test('nothing of a gap between jobs', () => {
    const { assign, sent } = newSlot();
    assign(0, 100);
    assign(200, 300);
    expect(sent()).toEqual([100, 100]);
  });

  test('all of it again once the process was replaced', async () => {
    const { assign, sent } = newSlot();
    assign(0, 100);
    latest().listener.onExit();
    await vi.waitUntil(() => latest().sent.length === 0);
    latest().listener.onMessage({ type: 'ready', residentBytes: 1 });
    assign(0, 150);
    expect(sent()).toEqual([150]);
  });

  test('all of it again once the stream was forgotten, and tells the process to forget it', () => {
    const { slot, assign, sent } = newSlot();
    assign(0, 100);
    slot.forget({ stream: 'a' });
    expect(latest().audio.read('a', { from: 0, to: 100, silenceAhead: 0, speed: 1 })).toBeUndefined();
    assign(0, 100);
    expect(sent()).toEqual([100, 100]);
  });

  test('all of it again where the process says that it is missing, and only then', () => {
    const { assign, answer, sent } = newSlot();
    assign(0, 100);
    latest().audio.forget('a');
    const second = assign(0, 150);
    const third = assign(50, 170);
    answer();
    expect(sent()).toEqual([100, 50, 20, 150, 120]);
    expect(
      latest()
        .heard.map(({ id }) => id)
        .slice(1),
    ).toEqual([second, third]);
  });

  test('nothing more of a job that was cancelled when its audio was missing', () => {
    const { slot, assign, answer, sent } = newSlot();
    assign(0, 100);
    latest().audio.forget('a');
    slot.cancel(assign(0, 150));
    answer();
    expect(sent()).toEqual([100, 50]);
  });

  test('a job twice at most, and returns one whose audio is nowhere', () => {
    const { assign, answer, returned } = newSlot((from) => new Int16Array(Math.max(0, 50 - from)));
    const id = assign(0, 100);
    answer();
    answer();
    expect(returned).toEqual([id]);
    expect(latest().heard).toEqual([]);
  });

  test('the right audio for every job, whatever streams are forgotten or go missing', () => {
    const place = fc.integer({ min: 0, max: 500 });
    const stream = fc.constantFrom('a', 'b');
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('job' as const), stream, from: place, length: place }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constantFrom('missing' as const, 'forget' as const), stream }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { slot, assign, answer, returned } = newSlot();
        const asked = new Map<number, { readonly from: number; readonly to: number }>();
        for (const each of steps) {
          if (each.kind === 'job') {
            const to = each.from + each.length + 1;
            asked.set(assign(each.from, to, each.stream), { from: each.from, to });
          } else if (each.kind === 'missing') latest().audio.forget(each.stream);
          else if (each.kind === 'forget') slot.forget({ stream: each.stream });
          else answer();
        }
        for (let rounds = 0; latest().answers.length > 0 && rounds < 3; rounds++) answer();
        const { heard } = latest();
        expect(new Set(heard.map(({ id }) => id))).toEqual(new Set(asked.keys()));
        expect(heard).toHaveLength(asked.size);
        const wrong = heard.filter(({ id, samples }) => {
          const { from, to } = asked.get(id) ?? { from: 0, to: 0 };
          const isWhole = samples.length === to - from && samples.at(-1) === (to - 1) / 32_768;
          return !isWhole || samples[0] !== from / 32_768;
        });
        expect(wrong).toEqual([]);
        expect(returned).toEqual([]);
      }),
    );
  });
});

/** A slot with a process that is ready. */
function newSlot(source: (from: number, to: number) => Int16Array = counting) {
  const returned: number[] = [];
  const slot = createWorkerSlot(
    {
      index: 0,
      model: { model: unusedModel, graphs: { encoderPath: '', decoderPath: '' }, device: 'cpu' },
      memoryLimitBytes: Infinity,
      timeoutSeconds: Infinity,
      lexicon: false,
      lexiconContext: false,
      cacheDirectory: '',
    },
    {
      onRoom: () => undefined,
      onResult: () => undefined,
      onReturned: (jobs) => returned.push(...jobs),
      onLoadFailed: () => undefined,
      onEvent: () => undefined,
    },
  );
  slots.push(slot);
  latest().listener.onMessage({ type: 'ready', residentBytes: 1 });
  let id = 0;
  return {
    slot,
    returned,
    sent: () => latest().sent,
    /** Gives the process a job, and its number. */
    assign: (from: number, to: number, stream = 'a'): number => {
      slot.assign(jobOf(++id, stream, from, to), {
        audio: (first) => source(first, to),
        keyTerms: undefined,
      });
      return id;
    },
    /** Lets the process say what it has to say. */
    answer: () => {
      for (const message of latest().answers.splice(0)) latest().listener.onMessage(message);
    },
  };
}

function latest(): FakeProcess {
  const process = started.at(-1);
  if (!process) throw new Error('no process was started');
  return process;
}

function take({ audio, sent, heard, answers }: FakeProcess, message: ToWorker): void {
  if (message.type === 'audio') {
    sent.push(message.piece.samples.length);
    audio.append(message.piece);
  }
  if (message.type === 'forget-audio') audio.forget(message.stream);
  if (message.type !== 'job') return;
  const { id, stream, audio: span } = message.job;
  const samples = audio.read(stream, span);
  if (samples) heard.push({ id, samples });
  else answers.push({ type: 'audio-missing', id });
}

function counting(from: number, to: number): Int16Array {
  return COUNTING.subarray(from, to);
}

/** Each sample tells its place. */
const COUNTING = Int16Array.from({ length: 32_767 }, (_, place) => place);

function jobOf(id: number, stream: string, from: number, to: number): RecognitionJob {
  return {
    id,
    priority: 'final',
    stream,
    window: undefined,
    audio: { from, to, silenceAhead: 0, speed: 1 },
    prefix: [],
    draft: [],
    newSeconds: (to - from) / 16_000,
    keepState: false,
    decoding: plainRequest,
    termLists: [],
  };
}
