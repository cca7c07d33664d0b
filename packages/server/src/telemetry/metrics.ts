import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RecognizerEvent, RecognizerStatus, WorkerStatus } from '@auscult/asr';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the server counts. Labels come from fixed sets: codes, states and numbers of processes, never content. */
export interface Metrics {
  readonly registry: Registry;
  readonly sessionsOpen: Gauge;
  readonly sessionsWaiting: Gauge;
  readonly sessionsAccepted: Counter;
  readonly sessionsResumed: Counter;
  readonly sessionsRefused: Counter<'code'>;
  readonly sessionsClosed: Counter<'code'>;
  readonly audioSeconds: Counter;
  readonly hypotheses: Counter<'kind'>;
  readonly partialsDropped: Counter;
  readonly wordsDropped: Counter<'reason'>;
  readonly readingPaused: Counter<'reason'>;
  readonly receivedBytes: Counter;
  readonly sentBytes: Counter;
  readonly errors: Counter<'code'>;
  readonly transcriptionsOpen: Gauge<'state'>;
  readonly transcriptionsEnded: Counter<'origin' | 'status'>;
  readonly transcribedSeconds: Counter<'origin'>;
  /** Of finals of live sessions, of uploads, and of sessions that are read again. */
  readonly rewritesStopped: Counter<'origin'>;
  /** Times that a row was met that was written past the server. */
  readonly rowsRefused: Counter<'table' | 'reason'>;
  /** Counts what the recognizer reports about its processes and jobs. */
  readonly onRecognizerEvent: (event: RecognizerEvent) => void;
  /** Stops measuring the event loop. */
  readonly close: () => void;
}

/** Milliseconds between two samples of the event loop; a sample that is on time reads as this much. */
const LOOP_SAMPLE_MS = 10;
const WORKER_STATES: readonly WorkerStatus['state'][] = ['starting', 'ready', 'backing-off'];

/** Creates the metrics of one server. `status` is asked at every scrape and answers nothing until there is a recognizer. */
export function createMetrics(status: () => RecognizerStatus | undefined): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const loop = measureEventLoop(registers);
  measureRecognizer(registers, status);
  const finalDelay = new Histogram({
    name: 'auscult_final_delay_seconds',
    help: 'From the end of an utterance being noticed to its final text.',
    buckets: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20],
    registers,
  });
  const workerExits = new Counter({
    name: 'auscult_worker_exits_total',
    help: 'Inference processes that ended.',
    labelNames: ['reason'],
    registers,
  });
  const jobsRetried = new Counter({
    name: 'auscult_jobs_retried_total',
    help: 'Recognition jobs done again.',
    registers,
  });
  const jobsLost = new Counter({
    name: 'auscult_jobs_lost_total',
    help: 'Recognition jobs given up.',
    registers,
  });
  return {
    registry,
    sessionsOpen: new Gauge({ name: 'auscult_sessions', help: 'Live sessions open.', registers }),
    sessionsWaiting: new Gauge({
      name: 'auscult_sessions_waiting',
      help: 'Live sessions whose connection broke and whose client may come back. They count as open.',
      registers,
    }),
    sessionsResumed: new Counter({
      name: 'auscult_sessions_resumed_total',
      help: 'Times that a client came back to its session.',
      registers,
    }),
    sessionsAccepted: new Counter({
      name: 'auscult_sessions_accepted_total',
      help: 'Live sessions opened.',
      registers,
    }),
    sessionsRefused: new Counter({
      name: 'auscult_sessions_refused_total',
      help: 'Live sessions refused.',
      labelNames: ['code'],
      registers,
    }),
    sessionsClosed: new Counter({
      name: 'auscult_sessions_closed_total',
      help: 'Live sessions ended, by WebSocket close code.',
      labelNames: ['code'],
      registers,
    }),
    audioSeconds: new Counter({
      name: 'auscult_audio_seconds_total',
      help: 'Audio received, all channels.',
      registers,
    }),
    hypotheses: new Counter({
      name: 'auscult_hypotheses_total',
      help: 'Transcription messages sent.',
      labelNames: ['kind'],
      registers,
    }),
    partialsDropped: new Counter({
      name: 'auscult_partials_dropped_total',
      help: 'Partial hypotheses left out because the client reads slowly.',
      registers,
    }),
    wordsDropped: new Counter({
      name: 'auscult_words_dropped_total',
      help: 'Times that words of an utterance were heard and not kept.',
      labelNames: ['reason'],
      registers,
    }),
    readingPaused: new Counter({
      name: 'auscult_reading_paused_total',
      help: 'Times that reading from a session was paused.',
      labelNames: ['reason'],
      registers,
    }),
    receivedBytes: new Counter({
      name: 'auscult_received_bytes_total',
      help: 'Payload of messages received.',
      registers,
    }),
    sentBytes: new Counter({
      name: 'auscult_sent_bytes_total',
      help: 'Payload of messages sent.',
      registers,
    }),
    errors: new Counter({
      name: 'auscult_errors_total',
      help: 'Errors sent to clients.',
      labelNames: ['code'],
      registers,
    }),
    transcriptionsOpen: new Gauge({
      name: 'auscult_transcriptions',
      help: 'Whole recordings and sessions that wait or are being transcribed.',
      labelNames: ['state'],
      registers,
    }),
    transcriptionsEnded: new Counter({
      name: 'auscult_transcriptions_total',
      help: 'Whole recordings and sessions whose transcription has ended.',
      labelNames: ['origin', 'status'],
      registers,
    }),
    transcribedSeconds: new Counter({
      name: 'auscult_transcribed_seconds_total',
      help: 'Audio in transcriptions that are done.',
      labelNames: ['origin'],
      registers,
    }),
    rewritesStopped: new Counter({
      name: 'auscult_rewrites_stopped_total',
      help: 'Finals left as they were spoken because a number or a negation would have been lost or changed.',
      labelNames: ['origin'],
      registers,
    }),
    rowsRefused: new Counter({
      name: 'auscult_rows_refused_total',
      help: 'Times that a row of the database was met that was written past the server. Anything but 0 is a break-in.',
      labelNames: ['table', 'reason'],
      registers,
    }),
    onRecognizerEvent: (event) => {
      if (event.kind === 'worker-exited') workerExits.inc({ reason: event.reason });
      if (event.kind === 'job-retried') jobsRetried.inc();
      if (event.kind === 'job-lost') jobsLost.inc();
      if (event.kind === 'job-finished' && event.priority === 'final')
        finalDelay.observe(event.waitSeconds + event.runSeconds);
    },
    close: () => {
      loop.disable();
    },
  };
}

function measureEventLoop(registers: Registry[]): ReturnType<typeof monitorEventLoopDelay> {
  const delay = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  delay.enable();
  new Gauge({
    name: 'auscult_event_loop_delay_seconds',
    help: 'How late the event loop ran what was due, since the server started.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99]) {
        const milliseconds = delay.percentile(quantile * 100) / 1e6 - LOOP_SAMPLE_MS;
        this.set({ quantile: String(quantile) }, Math.max(0, milliseconds / 1000));
      }
    },
  });
  return delay;
}

function measureRecognizer(registers: Registry[], status: () => RecognizerStatus | undefined): void {
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
    'Times that an inference process was started again.',
    (worker) => worker.restarts,
  );
  measureWorkers(
    registers,
    status,
    'auscult_worker_jobs',
    'Recognition jobs that an inference process has taken.',
    (worker) => worker.jobs,
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
