import { placesOf } from '@auscult/asr';
import { pino, stdTimeFunctions, type DestinationStream } from 'pino';
import type { Config } from '../config/schema.js';

/**
 * Everything that a log line may hold, besides its level, its time and its event. A field that is not here is
 * not written. The rule for adding one: no speech, no recognised text, no token, key, header, body or query, and no
 * message of a foreign error, because `JSON.parse` and others quote their input in it.
 */
export interface LogFields {
  /** Random name of a live session. */
  readonly session?: string | undefined;
  /** Trace that the line belongs to, 32 hexadecimal digits. */
  readonly trace?: string | undefined;
  /** Random name of the transcription of a recording. */
  readonly transcription?: string | undefined;
  /** Code from the protocol's tables of errors and warnings, or a `SpeechErrorCode`. */
  readonly code?: string | undefined;
  /** Code that a WebSocket was closed with. */
  readonly closeCode?: number | undefined;
  /** Seconds of audio that a session sent. */
  readonly audioSeconds?: number | undefined;
  /** Final hypotheses sent. */
  readonly finals?: number | undefined;
  /** How something ended, one of a fixed set of words. */
  readonly outcome?: string | undefined;
  /** How long something took, seconds. */
  readonly seconds?: number | undefined;
  /** Number of an inference process, from 0. */
  readonly worker?: number | undefined;
  readonly pid?: number | undefined;
  /** Why an inference process ended, or a row is refused. */
  readonly reason?: string | undefined;
  /** Table of the database. */
  readonly table?: string | undefined;
  readonly attempts?: number | undefined;
  /** Sessions that are open. */
  readonly sessions?: number | undefined;
  /** Address that the server listens on. */
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  /** How far something has come. */
  readonly percent?: number | undefined;
  /** How many. */
  readonly count?: number | undefined;
  /** Path of a file of the server's own. */
  readonly path?: string | undefined;
  /** Where anchors of the audit log are taken: a fixed set of words. */
  readonly sink?: string | undefined;
  readonly version?: string | undefined;
  /** Name of a machine of the cluster. */
  readonly server?: string | undefined;
  readonly signal?: string | undefined;
  readonly method?: string | undefined;
  /** Pattern of the route that matched, never the path that was asked for. */
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  /** When a certificate expires. */
  readonly expiresAt?: string | undefined;
  /** What is wrong with a file or a setting, as a `ConfigError` says it: names, never values. */
  readonly problem?: string | undefined;
  /** Entry of the table of permissions. */
  readonly action?: string | undefined;
  readonly role?: string | undefined;
  /** Class of an unexpected error. */
  readonly errorName?: string | undefined;
  /** Its stack without the message: places in the code only. */
  readonly errorFrames?: readonly string[] | undefined;
}

const allowed: Readonly<Record<keyof LogFields, true>> = {
  session: true,
  trace: true,
  transcription: true,
  code: true,
  closeCode: true,
  audioSeconds: true,
  finals: true,
  outcome: true,
  seconds: true,
  worker: true,
  pid: true,
  reason: true,
  table: true,
  attempts: true,
  sessions: true,
  url: true,
  model: true,
  percent: true,
  count: true,
  path: true,
  sink: true,
  version: true,
  server: true,
  signal: true,
  method: true,
  route: true,
  status: true,
  expiresAt: true,
  problem: true,
  action: true,
  role: true,
  errorName: true,
  errorFrames: true,
};

/** Writes one line. `event` is a constant of the source code, never composed. */
type LogLine = (event: string, fields?: LogFields) => void;

/** Structured log of the server. */
export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
  /** Reports an unexpected error, without its message. */
  readonly unexpected: (error: unknown, fields?: LogFields) => void;
}

/** Opens the log. Lines go to standard output unless another destination is given. */
export function createLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  destination: DestinationStream = process.stdout,
): Log {
  const asText = logFormat === 'text' || (logFormat === 'auto' && process.stdout.isTTY);
  const logger = pino(
    {
      level: logLevel,
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: keepAllowed },
    },
    asText ? textOver(destination) : destination,
  );
  return {
    debug: (event, fields = {}) => logger.debug(fields, event),
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    error: (event, fields = {}) => logger.error(fields, event),
    unexpected: (error, fields = {}) => logger.error({ ...fields, ...describe(error) }, 'unexpected error'),
  };
}

function keepAllowed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in allowed));
}

function describe(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  return { errorName: error.name, errorFrames: placesOf(error) };
}

function textOver(destination: DestinationStream): DestinationStream {
  return {
    write(line) {
      const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
      destination.write(`${String(time)} ${String(level).padEnd(5)} ${String(event)}${rest.join('')}\n`);
    },
  };
}
