import type { MachinesStatus, RecognizerEvent, RecognizerStatus, WorkerStatus } from '@auscult/asr';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { fromZero } from './from-zero.js';

/** The states of an inference process. */
export const WORKER_STATES: readonly WorkerStatus['state'][] = ['starting', 'ready', 'backing-off'];

/** Counts what the recognizer reports about its processes and jobs. */
export function countRecognizerEvents(registers: Registry[]): (event: RecognizerEvent) => void {
  const finalDelay = new Histogram({
    name: 'auscult_final_delay_seconds',
    help: 'Time from the moment at which an utterance was found to have ended to its final text.',
    buckets: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20],
    registers,
  });
  const partialDelay = new Histogram({
    name: 'auscult_partial_delay_seconds',
    help: 'Time from the moment at which a partial was asked for to its text. Those that a newer one replaced are not counted.',
    buckets: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20],
    registers,
  });
  const workerExited = countWorkerExits(registers);
  const jobsRetried = new Counter({
    name: 'auscult_jobs_retried_total',
    help: 'Recognition jobs that were tried again after an inference process had failed.',
    registers,
  });
  const jobsLost = new Counter({
    name: 'auscult_jobs_lost_total',
    help: 'Recognition jobs that were given up after several attempts.',
    registers,
  });
  const finalsHeard = new Counter({
    name: 'auscult_finals_heard_total',
    help: 'Utterances by how their text came about: heard once; voted, from two hearings at once; again, as the first text was doubtful; completed, where voice had no words.',
    labelNames: ['how'],
    registers,
  });
  const speakerWindows = new Counter({
    name: 'auscult_speaker_windows_total',
    help: 'Windows of speech by which speakers are told apart: embedded; shed, for want of time; or lost with their process.',
    labelNames: ['outcome'],
    registers,
  });
  return (event) => {
    if (event.kind === 'voice-window') speakerWindows.inc({ outcome: event.outcome });
    if (event.kind === 'final-heard') finalsHeard.inc({ how: event.how });
    workerExited(event);
    if (event.kind === 'job-retried') jobsRetried.inc();
    if (event.kind === 'job-lost') jobsLost.inc();
    if (event.kind === 'job-finished') {
      const seconds = event.waitSeconds + event.runSeconds;
      if (event.priority === 'final') finalDelay.observe(seconds);
      if (event.priority === 'partial') partialDelay.observe(seconds);
    }
  };
}

/** Counts inference processes that end. */
export function countWorkerExits(registers: Registry[]): (event: RecognizerEvent) => void {
  const exits = fromZero(
    new Counter({
      name: 'auscult_worker_exits_total',
      help: 'Inference processes that ended.',
      labelNames: ['reason'],
      registers,
    }),
    [{ reason: 'crash' }, { reason: 'hung' }, { reason: 'memory' }],
  );
  return (event) => {
    if (event.kind === 'worker-exited') exits.inc({ reason: event.reason });
  };
}

/** Adds metrics of the recognizer's state; `status` is asked at every scrape. */
export function measureRecognizer(registers: Registry[], status: () => RecognizerStatus | undefined): void {
  new Gauge({
    name: 'auscult_waiting_jobs',
    help: 'Recognition jobs that no inference process has taken yet.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.set({ kind: 'final' }, status()?.waitingFinals ?? 0);
      this.set({ kind: 'partial' }, status()?.waitingPartials ?? 0);
    },
  });
  new Gauge({
    name: 'auscult_current_final_delay_seconds',
    help: 'The delay that decides whether new sessions are admitted.',
    registers,
    collect() {
      this.set(status()?.finalDelaySeconds ?? 0);
    },
  });
  new Gauge({
    name: 'auscult_workers',
    help: 'Inference processes, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of WORKER_STATES) {
        this.set({ state }, status()?.workers.filter((worker) => worker.state === state).length ?? 0);
      }
    },
  });
  measureWorkers(
    registers,
    status,
    'auscult_worker_resident_bytes',
    'Memory of an inference process.',
    (worker) => worker.residentBytes,
  );
  measureWorkers(
    registers,
    status,
    'auscult_worker_restarts',
    'How often an inference process was started again.',
    (worker) => worker.restarts,
  );
  measureWorkers(
    registers,
    status,
    'auscult_worker_jobs',
    'Recognition jobs that an inference process has at present.',
    (worker) => worker.jobs,
  );
}

/** Adds metrics of the machines that infer for this server; all 0 where it infers itself. */
export function measurePool(registers: Registry[], status: () => RecognizerStatus | undefined): void {
  const measure = (name: string, help: string, valueOf: (pool: MachinesStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const pool = status()?.pool;
        this.set(pool ? valueOf(pool) : 0);
      },
    });
  };
  measure('auscult_pool_machines', 'Machines that infer for this server.', ({ machines }) => machines);
  measure(
    'auscult_pool_capacity',
    'Recognition jobs of this server that machines take at a time.',
    ({ capacity }) => capacity,
  );
  measure(
    'auscult_pool_jobs_moved_total',
    'Recognition jobs that went to another machine, as theirs was gone or late.',
    ({ jobsMoved }) => jobsMoved,
  );
  measure('auscult_pool_sent_bytes_total', 'Sent to machines.', ({ sentBytes }) => sentBytes);
  measure(
    'auscult_pool_received_bytes_total',
    'Received from machines.',
    ({ receivedBytes }) => receivedBytes,
  );
}

function measureWorkers(
  registers: Registry[],
  status: () => RecognizerStatus | undefined,
  name: string,
  help: string,
  valueOf: (worker: WorkerStatus) => number,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['worker'],
    registers,
    collect() {
      status()?.workers.forEach((worker, index) => {
        this.set({ worker: String(index) }, valueOf(worker));
      });
    },
  });
}
