import { closeTable, type DropReason, type WarningCode } from '@auscult/protocol';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { SessionTrace, Tracing } from '../telemetry/tracing/tracing.js';
import type { AdmittedSession } from './admitted-session.js';
import type { PauseReason } from './inbox.js';

/** Reports one session to operators by logs, metrics and traces, which hold nothing that was said. */
export interface SessionTelemetry {
  /** Undefined if nothing is traced. */
  readonly trace: SessionTrace | undefined;
  readonly opened: () => void;
  /** The session goes on here, after another process held it. */
  readonly moved: () => void;
  readonly closed: (session: ClosedSession) => void;
  /** The connection closed with this code, and the session waits for its client. */
  readonly waits: (closeCode: number) => void;
  readonly waitsNoMore: () => void;
  readonly resumed: () => void;
  readonly received: (bytes: number) => void;
  /** Audio was taken. */
  readonly heard: (seconds: number) => void;
  /** Reading from its client pauses. */
  readonly paused: (reason: PauseReason) => void;
  /** What should be samples looks like something else. */
  readonly encoded: (code: WarningCode) => void;
  /** So many things are not done as a client of another service asked. */
  readonly notDone: (count: number) => void;
  /** Recognition of audio failed for good. */
  readonly lost: (seconds: number) => void;
  /** Words that were heard are not kept. */
  readonly dropped: (reason: DropReason, times?: number) => void;
  /** Speakers are told apart in the session. */
  readonly tellsSpeakers: () => void;
  /** Words turned out to be of another speaker. */
  readonly revised: (words: number) => void;
  /** A final stays as it was spoken, since a number or a negation would have been lost. */
  readonly rewriteStopped: () => void;
  /** Something unexpected went wrong. */
  readonly failed: (error: unknown) => void;
}

/** A session that is over. */
interface ClosedSession {
  readonly closeCode: number;
  readonly audioSeconds: number;
  readonly finals: number;
  /** Audio whose text is missing from the record. */
  readonly missingSeconds: number;
}

/** RFC 6455 §7.4.1: the close frame had no code, or there was no close frame. */
const CLOSED_WITHOUT_CODE = 1005;
const CONNECTION_LOST = 1006;

/** Codes that are counted separately: clients may close with any number, and a metric must not grow with that. */
const knownCloseCodes: ReadonlySet<number> = new Set([
  ...Object.values(closeTable).map(({ code }) => code),
  CLOSED_WITHOUT_CODE,
  CONNECTION_LOST,
]);

/** What is reported of a session besides what happens in it. */
type TelemetrySubject = Pick<AdmittedSession, 'id' | 'traceparent' | 'dialectName' | 'recognizer' | 'past'>;

/** Starts counting. */
export function createSessionTelemetry(
  { id: session, traceparent, dialectName, recognizer, past }: TelemetrySubject,
  {
    log,
    metrics,
    tracing,
  }: { readonly log: Log; readonly metrics: Metrics; readonly tracing: Tracing | undefined },
): SessionTelemetry {
  const startedAt = performance.now();
  const trace = tracing?.session({
    id: session,
    traceparent,
    dialect: dialectName,
    model: recognizer.model.name,
    isMoved: past !== undefined,
  });
  return {
    trace,
    opened: () => {
      metrics.sessionsOpen.inc();
      metrics.sessionsAccepted.inc();
      log.info('session opened', { session });
    },
    moved: () => {
      metrics.sessionsOpen.inc();
      metrics.sessionsMoved.inc();
      log.info('session goes on here', { session });
    },
    closed: ({ closeCode, audioSeconds, finals, missingSeconds }) => {
      if (missingSeconds > 0) log.error('audio not in the record', { session, seconds: missingSeconds });
      metrics.sessionsOpen.dec();
      metrics.sessionsClosed.inc({ code: knownCloseCodes.has(closeCode) ? String(closeCode) : 'other' });
      const seconds = (performance.now() - startedAt) / 1000;
      log.info('session closed', { session, closeCode, audioSeconds, finals, seconds });
      trace?.end({ closeCode, audioSeconds, finals, missingSeconds });
    },
    waits: (closeCode) => {
      metrics.sessionsWaiting.inc();
      log.info('session waits for its client', { session, closeCode });
      trace?.note('waits for its client', closeCode);
    },
    waitsNoMore: () => {
      metrics.sessionsWaiting.dec();
    },
    resumed: () => {
      metrics.sessionsResumed.inc();
      log.info('session resumed', { session });
      trace?.note('resumed');
    },
    received: (bytes) => {
      metrics.receivedBytes.inc(bytes);
    },
    heard: (seconds) => {
      metrics.audioSeconds.inc(seconds);
    },
    paused: (reason) => {
      metrics.readingPaused.inc({ reason });
    },
    encoded: (code) => {
      log.warn('what comes as samples are none', { session, code });
    },
    notDone: (count) => {
      if (count > 0) log.info('not done as asked', { session, count });
    },
    lost: (seconds) => {
      log.error('audio lost', { session, seconds });
    },
    dropped: (reason, times = 1) => {
      metrics.wordsDropped.inc({ reason }, times);
    },
    tellsSpeakers: () => {
      metrics.speakersSessions.inc();
    },
    revised: (words) => {
      metrics.speakersRevisedWords.inc(words);
    },
    rewriteStopped: () => {
      metrics.rewritesStopped.inc({ origin: 'live' });
    },
    failed: (error) => {
      log.unexpected(error, { session });
    },
  };
}
