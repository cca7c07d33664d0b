import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createFinalJobs } from './final-jobs.js';
import { createFinalReports } from './final-reports.js';
import type { EndedUtterance } from './ended-utterance.js';
import { finalise, type Finalised, type FinaliseServices } from './finalise.js';
import { isTooFaint } from './invention-gate.js';
import type { StreamSpeakers } from '../speakers/stream-speakers.js';
import type { LiveListener } from './live-transcription.js';
import type { UtteranceJobs } from './utterance-jobs.js';
import type { TimesRecorder } from './times-recorder.js';

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
  /** Absent where speakers are not told apart. */
  readonly speakers: StreamSpeakers | undefined;
  /** Absent where nobody asks how long utterances took. */
  readonly times?: TimesRecorder | undefined;
}

/** Makes an empty queue. */
export function createFinalQueue({
  jobs,
  listener,
  speakers,
  times,
  ...services
}: FinalQueueServices): FinalQueue {
  const ended: EndedUtterance[] = [];
  const waiters: (() => void)[] = [];
  const reports = createFinalReports(listener);
  const { hear, close: closeJobs } = createFinalJobs(jobs);
  let working = false;
  let closed = false;

  const work = async () => {
    if (working) return;
    working = true;
    for (let utterance = ended[0]; utterance && !closed; utterance = ended[0]) {
      if (isTooFaint(utterance)) passOver(utterance);
      else tell(utterance, await withSpeakers(utterance, await finalise(utterance, { ...services, hear })));
      ended.shift();
      tellCaughtUp();
    }
    working = false;
    settle();
  };

  const passOver = (utterance: EndedUtterance) => {
    speakers?.pass(utterance);
    times?.over(utterance);
    reports.passOver(utterance);
  };

  const withSpeakers = async (utterance: EndedUtterance, outcome: Finalised): Promise<Finalised> => {
    if (!speakers || closed) return outcome;
    if (outcome.kind === 'final')
      return { ...outcome, final: await speakers.label(utterance, reports.sequence, outcome.final) };
    speakers.pass(utterance);
    return outcome;
  };

  const tell = (utterance: EndedUtterance, outcome: Finalised) => {
    if (closed) return;
    times?.over(utterance);
    reports.tell(utterance, outcome);
    speakers?.revise();
  };

  const tellCaughtUp = () => {
    if (!closed) listener.onCaughtUp?.();
  };

  const settle = () => {
    for (const resolve of waiters.splice(0)) resolve();
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
      closeJobs();
      settle();
    },
    get sequence() {
      return reports.sequence;
    },
    get oldest() {
      return ended[0];
    },
    get pendingSeconds() {
      return ended.reduce((sum, { start, end }) => sum + end - start, 0) / SAMPLE_RATE;
    },
    get speechSeconds() {
      return reports.speechSeconds;
    },
  };
}
