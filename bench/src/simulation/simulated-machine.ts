import { createScheduler, type JobOwner, type RecognitionRequest } from '@auscult/asr/scheduling';
import { createSimulatedProcess, type JobCosts, type SimulatedProcess } from './simulated-process.js';

/** An inference machine: the real scheduler over simulated processes. */
export interface SimulatedMachine {
  /** The streams whose jobs it does. */
  readonly streams: Set<string>;
  readonly isUp: () => boolean;
  readonly submit: (request: RecognitionRequest, owner: JobOwner) => void;
  /** Ends it for good. Nobody is told. */
  readonly fail: () => void;
  /** How long its processes have worked together, seconds. */
  readonly busySeconds: () => number;
}

/** Starts a machine with so many processes, each with a core of its own. */
export function createSimulatedMachine(processes: number, costs: JobCosts): SimulatedMachine {
  const started: SimulatedProcess[] = [];
  const scheduler = createScheduler(
    { ...UNUSED, workers: processes },
    ({ index }, listener) => {
      const process = createSimulatedProcess(index, listener, costs);
      started.push(process);
      return process;
    },
    processes + 1,
  );
  let isUp = true;
  return {
    streams: new Set(),
    isUp: () => isUp,
    submit: (request, owner) => {
      if (isUp) scheduler.submit(request, owner);
    },
    fail: () => {
      isUp = false;
      for (const process of started) process.fail();
    },
    busySeconds: () => started.reduce((sum, process) => sum + process.busySeconds(), 0),
  };
}

/** What only real processes need. */
const UNUSED = {
  model: undefined as never,
  memoryLimitBytes: Infinity,
  timeoutSeconds: Infinity,
  lexicon: false,
  lexiconContext: false,
  cacheDirectory: '',
  onEvent: () => undefined,
  onLoadFailed: () => undefined,
  onWorkerReady: () => undefined,
} as const;
