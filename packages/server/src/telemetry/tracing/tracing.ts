import type { JobPhases } from '@auscult/asr';
import type { FinalEvent } from '../../live/events.js';
import type { ListenToHearing, UtteranceListener } from './utterance-listener.js';

/**
 * Reports what takes how long to an OpenTelemetry collector, as spans of traces. The rule for their attributes is that of log
 * lines: numbers, codes, random names and names from the source code; no speech, no text, no terms, no tokens, no identities.
 */
export interface Tracing {
  /** Begins the trace of a session, or goes on with it where another process has left it. */
  readonly session: (session: TracedSession) => SessionTrace;
  readonly request: (request: TracedRequest) => RequestTrace;
  /** A durable transcription begins to be carried out here. */
  readonly transcription: (transcription: TracedTranscription) => TranscriptionTrace;
  /** Does a part of a transcription, and reports how long it took, and the utterances that `listenTo` is told of. */
  readonly partOf: <Result>(
    transcription: string,
    part: string,
    work: (listenTo: ListenToHearing) => Promise<Result>,
  ) => Promise<Result>;
  /** Begins the part of a session's trace in which what its server has left is heard. */
  readonly completion: (session: Pick<TracedSession, 'id' | 'traceparent'>) => CompletionTrace;
  /** A process of this machine has done a job for a server of the cluster. */
  readonly served: (job: ServedJob) => void;
  /** The trace that a log line about this session or transcription belongs to, 32 hexadecimal digits. */
  readonly traceIdOf: (about: TracedThing) => string | undefined;
  /** Sends what is left, for at most a few seconds. */
  readonly close: () => Promise<void>;
}

/** Random names, as log lines have them. */
interface TracedThing {
  readonly session?: string | undefined;
  readonly transcription?: string | undefined;
}

/** A session whose trace begins. */
export interface TracedSession {
  readonly id: string;
  /** The trace that it is part of: the `traceparent` of a trusted proxy, or that of the process that has held it. */
  readonly traceparent: string | undefined;
  /** See `Dialect.name`. */
  readonly dialect: string;
  readonly model: string;
  /** Whether another process has held it before. */
  readonly isMoved: boolean;
}

/** The trace of one session. */
export interface SessionTrace {
  /** The W3C `traceparent` by which another process goes on with it. */
  readonly traceparent: string;
  /** What the recognizer reports about a channel. */
  readonly listenTo: (channel: number) => UtteranceListener;
  /** A final was made of the utterance that begins at `start`, seconds, and is sent once it is recorded. */
  readonly made: (event: FinalEvent, start: number, recorded: Promise<void> | undefined) => void;
  /** It was handed to the socket, or is kept for the client. */
  readonly sent: (event: FinalEvent) => void;
  /** An utterance has no final. */
  readonly withoutFinal: (channel: number, start: number, outcome: 'empty' | 'lost') => void;
  /** Something happened to the session: a constant of the source code. */
  readonly note: (event: string, closeCode?: number) => void;
  readonly end: (session: EndedSession) => void;
}

/** How a traced session has ended. */
interface EndedSession {
  readonly closeCode: number;
  readonly audioSeconds: number;
  readonly finals: number;
  readonly missingSeconds: number;
}

/** The span of what a server that is gone has left of a session. */
export interface CompletionTrace {
  readonly listenTo: (channel: number) => UtteranceListener;
  /** A final was made of the utterance that begins at `start`, seconds, and is being recorded. */
  readonly made: (channel: number, start: number, recorded: Promise<void> | undefined) => void;
  /** An utterance has no final. */
  readonly withoutFinal: (channel: number, start: number, outcome: 'empty' | 'lost') => void;
  readonly end: (outcome: 'done' | 'failed') => void;
}

/** A request over HTTP that begins. */
interface TracedRequest {
  readonly method: string;
  /** Pattern of the route, never the path that was asked for. */
  readonly route: string;
  readonly scheme: string;
  /** From a trusted proxy. */
  readonly traceparent: string | undefined;
}

/** The span of one request. */
export interface RequestTrace {
  readonly traceId: string;
  /** The request has begun this transcription, which has a trace of its own. */
  readonly began: (transcription: string) => void;
  readonly end: (status: number) => void;
}

/** A transcription that is carried out. */
interface TracedTranscription {
  readonly id: string;
  readonly origin: string;
  /** The session that is heard again. */
  readonly session: string | undefined;
  readonly createdAt: Date;
  /** How often it was begun before. */
  readonly attempts: number;
  readonly audioSeconds: number | undefined;
}

/** The span of one attempt to carry out a transcription. */
interface TranscriptionTrace {
  readonly end: (outcome: string) => void;
}

/** A job that a machine has done for a server. Moments are milliseconds of `performance.now()`. */
export interface ServedJob {
  /** From the server: the span that the job is part of. */
  readonly traceparent: string;
  readonly receivedAt: number;
  readonly process: number;
  readonly priority: string;
  readonly runSeconds: number;
  readonly phases: JobPhases | undefined;
}
