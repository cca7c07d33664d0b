import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RecognizerEvent, RecognizerStatus } from '@auscult/asr';
import type { ErrorCode } from '@auscult/protocol';
import { collectDefaultMetrics, Counter, Gauge, Registry, type Histogram } from 'prom-client';
import { countCommits } from './database-metrics.js';
import { countJournal, type JournalMetrics } from './journal-metrics.js';
import { fromZero } from './from-zero.js';
import { measureMemory } from './memory-metrics.js';
import { countRecognizerEvents, measurePool, measureRecognizer } from './recognizer-metrics.js';

/** What the server counts. Labels come from fixed sets: codes, states and numbers of processes, never content. */
export interface Metrics {
  readonly registry: Registry;
  readonly sessionsOpen: Gauge;
  readonly sessionsWaiting: Gauge;
  readonly sessionsAccepted: Counter;
  readonly sessionsResumed: Counter;
  readonly sessionsMoved: Counter;
  readonly sessionsRefused: Counter<'code'>;
  readonly sessionsClosed: Counter<'code'>;
  readonly audioSeconds: Counter;
  readonly hypotheses: Counter<'kind'>;
  readonly partialsDropped: Counter;
  readonly wordsDropped: Counter<'reason'>;
  readonly speakersSessions: Counter;
  readonly speakersRevisedWords: Counter;
  readonly readingPaused: Counter<'reason'>;
  readonly receivedBytes: Counter;
  readonly sentBytes: Counter;
  readonly errors: Counter<'code'>;
  readonly transcriptionsOpen: Gauge<'state'>;
  readonly transcriptionsEnded: Counter<'origin' | 'status'>;
  readonly transcriptionsResumed: Counter<'from'>;
  readonly transcribedSeconds: Counter<'origin'>;
  /** By origin: finals of live sessions, of uploads, and of second passes. */
  readonly rewritesStopped: Counter<'origin'>;
  /** How often a forged row was read. */
  readonly rowsRefused: Counter<'table' | 'reason'>;
  readonly commitSeconds: Histogram;
  readonly journal: JournalMetrics;
  /** Counts what the recognizer reports about its processes and jobs. */
  readonly onRecognizerEvent: (event: RecognizerEvent) => void;
  /** Stops measuring the event loop. */
  readonly close: () => void;
}

/** Milliseconds between two samples of the event loop; a sample that comes on time reads as this much. */
const LOOP_SAMPLE_MS = 10;

/** Creates the metrics of one server. `status` is asked at every scrape; it is undefined until there is a recognizer. */
export function createMetrics(status: () => RecognizerStatus | undefined): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const loop = measureEventLoop(registers);
  measureRecognizer(registers, status);
  measurePool(registers, status);
  measureMemory(registers);
  return {
    registry,
    ...countSessions(registers),
    ...countMessages(registers),
    ...countTranscriptions(registers),
    ...countText(registers),
    rowsRefused: new Counter({
      name: 'auscult_rows_refused_total',
      help: 'How often a forged row of the database was read. Anything but 0 is a break-in.',
      labelNames: ['table', 'reason'],
      registers,
    }),
    commitSeconds: countCommits(registers),
    journal: countJournal(registers),
    onRecognizerEvent: countRecognizerEvents(registers),
    close: () => {
      loop.disable();
    },
  };
}

/** Why a server itself refuses sessions, which somebody has to see to. */
const OWN_REFUSALS: readonly ErrorCode[] = [
  'busy',
  'draining',
  'internal_error',
  'not_ready',
  'records_unavailable',
  'too_many_sessions',
];

/** Live sessions, from their admission to their end. */
function countSessions(registers: Registry[]) {
  return {
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
    sessionsMoved: new Counter({
      name: 'auscult_sessions_moved_total',
      help: 'Live sessions that another server, or this one before it was restarted, began, and that went on here.',
      registers,
    }),
    sessionsAccepted: new Counter({
      name: 'auscult_sessions_accepted_total',
      help: 'Live sessions opened.',
      registers,
    }),
    sessionsRefused: fromZero(
      new Counter({
        name: 'auscult_sessions_refused_total',
        help: 'Live sessions refused.',
        labelNames: ['code'],
        registers,
      }),
      OWN_REFUSALS.map((code) => ({ code })),
    ),
    sessionsClosed: new Counter({
      name: 'auscult_sessions_closed_total',
      help: 'Live sessions ended, by WebSocket close code.',
      labelNames: ['code'],
      registers,
    }),
  };
}

/** What live sessions send and are sent. */
function countMessages(registers: Registry[]) {
  return {
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
  };
}

/** Transcriptions of whole recordings, and second passes over sessions. */
function countTranscriptions(registers: Registry[]) {
  return {
    transcriptionsOpen: new Gauge({
      name: 'auscult_transcriptions',
      help: 'Whole recordings and sessions that wait here for transcription or are being transcribed here.',
      labelNames: ['state'],
      registers,
    }),
    transcriptionsEnded: fromZero(
      new Counter({
        name: 'auscult_transcriptions_total',
        help: 'Whole recordings and sessions whose transcription has ended.',
        labelNames: ['origin', 'status'],
        registers,
      }),
      ['upload', 'session'].flatMap((origin) => [
        { origin, status: 'done' },
        { origin, status: 'failed' },
      ]),
    ),
    transcriptionsResumed: new Counter({
      name: 'auscult_transcriptions_resumed_total',
      help: 'Transcriptions that another server, or this one before its restart, had begun; from: what it had saved.',
      labelNames: ['from'],
      registers,
    }),
    transcribedSeconds: new Counter({
      name: 'auscult_transcribed_seconds_total',
      help: 'Audio in transcriptions that are done.',
      labelNames: ['origin'],
      registers,
    }),
  };
}

/** What is done to text, of live sessions and of recordings alike. */
function countText(registers: Registry[]) {
  return {
    speakersSessions: new Counter({
      name: 'auscult_speakers_sessions_total',
      help: 'Sessions in which speakers are told apart.',
      registers,
    }),
    speakersRevisedWords: new Counter({
      name: 'auscult_speakers_revised_words_total',
      help: 'Words that turned out to be of another speaker after they were sent.',
      registers,
    }),
    wordsDropped: new Counter({
      name: 'auscult_words_dropped_total',
      help: 'Times that words of an utterance were heard and not kept.',
      labelNames: ['reason'],
      registers,
    }),
    rewritesStopped: new Counter({
      name: 'auscult_rewrites_stopped_total',
      help: 'Finals left as they were spoken because a number or a negation would have been lost or changed.',
      labelNames: ['origin'],
      registers,
    }),
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
