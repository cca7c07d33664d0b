import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import { finalise, type EndedUtterance, type Finalised, type FinaliseServices } from './finalise.js';
import { isSpeech, isTooFaint } from './invention-gate.js';
import type { DropReason, LiveListener } from './live-transcription.js';
import type { UtteranceJobs } from './utterance-jobs.js';

/** The ended utterances of a stream, which become final one after another. */
export interface FinalQueue {
  add(utterance: EndedUtterance): void;
  /** Whether any is not final yet. */
  readonly working: boolean;
  /** Resolves when all are final. */
  readonly settled: () => Promise<void>;
  /** Gives up those that are not final. */
  close(): void;
  /** The sequence of the next final. */
  readonly sequence: number;
  readonly oldest: EndedUtterance | undefined;
  readonly pendingSeconds: number;
  /** Seconds of speech in the finals so far. */
  readonly speechSeconds: number;
}

/** The services that a queue of utterances uses. */
export interface FinalQueueServices extends Omit<FinaliseServices, 'hear'> {
  readonly jobs: UtteranceJobs;
  readonly listener: LiveListener;
}

/** Makes an empty queue. */
export function createFinalQueue({ jobs, listener, ...services }: FinalQueueServices): FinalQueue {
  const ended: EndedUtterance[] = [];
  const waiters: (() => void)[] = [];
  let job: SubmittedJob | undefined;
  let working = false;
  let closed = false;
  let sequence = 0;
  let speechSamples = 0;

  const work = async () => {
    if (working) return;
    working = true;
    for (let utterance = ended[0]; utterance && !closed; utterance = ended[0]) {
      if (isTooFaint(utterance)) passOver(utterance);
      else tell(utterance, await finalise(utterance, { ...services, hear }));
      ended.shift();
    }
    working = false;
    for (const resolve of waiters.splice(0)) resolve();
  };

  const passOver = (utterance: EndedUtterance) => {
    tellEmpty(utterance);
    if (utterance.heard.tokens.length > 0) drop(utterance, sequence, 'faint');
  };

  const hear: FinaliseServices['hear'] = (utterance, how) =>
    new Promise<RecognitionResult | undefined>((resolve) => {
      if (closed) {
        resolve(undefined);
        return;
      }
      const owner = {
        onResult: resolve,
        onLost: () => {
          resolve(undefined);
        },
      };
      job =
        how === 'alone'
          ? jobs.submitAlone(utterance, utterance.end, isSpeech(utterance), owner)
          : jobs.submit(utterance, utterance.end, 'final', owner);
    });

  const tell = (utterance: EndedUtterance, outcome: Finalised) => {
    if (closed) return;
    if (outcome.kind === 'lost') {
      listener.onLost?.({ start: utterance.start / SAMPLE_RATE, end: utterance.end / SAMPLE_RATE });
      return;
    }
    const own = sequence;
    if (outcome.kind === 'final') {
      speechSamples += utterance.end - utterance.start;
      listener.onFinal({ sequence: sequence++, ...outcome.final });
    } else {
      tellEmpty(utterance);
    }
    if (outcome.dropped) drop(utterance, own, outcome.dropped);
  };

  const tellEmpty = ({ start, end, reason }: EndedUtterance) => {
    listener.onEmpty?.({ sequence, start: start / SAMPLE_RATE, end: end / SAMPLE_RATE, reason });
  };

  const drop = ({ start, end, shown }: EndedUtterance, own: number, reason: DropReason) => {
    listener.onDropped?.({
      reason,
      sequence: own,
      start: start / SAMPLE_RATE,
      end: end / SAMPLE_RATE,
      shown,
    });
  };

  return {
    add(utterance) {
      ended.push(utterance);
      void work();
    },
    get working() {
      return working;
    },
    settled: () => (working ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
    close() {
      closed = true;
      for (const { ahead } of ended) ahead?.drop();
      job?.cancel();
      for (const resolve of waiters.splice(0)) resolve();
    },
    get sequence() {
      return sequence;
    },
    get oldest() {
      return ended[0];
    },
    get pendingSeconds() {
      return ended.reduce((sum, { start, end }) => sum + end - start, 0) / SAMPLE_RATE;
    },
    get speechSeconds() {
      return speechSamples / SAMPLE_RATE;
    },
  };
}
