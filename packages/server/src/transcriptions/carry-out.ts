import type { DropReason } from '@auscult/protocol';
import { shareOf } from '../access/identity.js';
import type { Config } from '../config/schema.js';
import {
  describeForHttp,
  recordingErrorOf,
  recordingExplanationOf,
  RequestError,
  type ErrorDescription,
} from '../errors.js';
import { recognitionOf, writingOf } from '../settings-by-concern.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Tracing } from '../telemetry/tracing/tracing.js';
import type { ListenToHearing } from '../telemetry/tracing/utterance-listener.js';
import type { Work } from './job.js';
import { transcribeSource, type SourceOptions, type TranscribedSource } from './transcribe-source.js';
import type { TranscriptionOrder } from './transcription.js';

/** The services that transcriptions need from the server. */
export interface TranscriptionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
}

/** How an order was carried out. */
export type Outcome =
  | { readonly status: 'done'; readonly transcribed: TranscribedSource }
  | { readonly status: 'failed'; readonly error: ErrorDescription }
  | { readonly status: 'cancelled' };

/** Carries out an order and keeps the result. `onProgress` is told how much is done, 0 to 1. */
export async function carryOut(
  { source, order, abort }: Work,
  { config, log, metrics, tracing }: TranscriptionServices,
  onProgress: (share: number) => void,
): Promise<Outcome> {
  const { onFinal, progressOf } = order;
  const traced = <Result>(
    part: string,
    work: (listenTo?: ListenToHearing) => Promise<Result>,
  ): Promise<Result> => (tracing ? tracing.partOf(order.id, part, work) : work());
  try {
    const options: SourceOptions = {
      ...recognitionOf(order.settings),
      writing: writingOf({ ...order.settings, commands: order.commands }),
      keyTerms: order.keyTerms,
      priority: order.isUrgent === true ? 'live' : 'background',
      share: shareOf(order.ownership),
      maxSeconds: config.maxRecordingMinutes * 60,
      signal: abort.signal,
      onProgress,
      progressOf,
      ...(onFinal && {
        onFinal: (final) =>
          unlessAborted(
            abort.signal,
            orRecordFailed(order, log, () => onFinal(final)),
          ),
      }),
      onDropped: (reason: DropReason) => {
        metrics.wordsDropped.inc({ reason });
      },
    };
    const transcribed = await traced('transcribing', (listenTo) =>
      transcribeSource(order.recognizer, source, { ...options, listenTo }),
    );
    const stopped = transcribed.finals.filter(({ rewriteStopped }) => rewriteStopped).length;
    metrics.rewritesStopped.inc({ origin: source.origin }, stopped);
    const kept = await traced('keeping', () => unlessAborted(abort.signal, keep(order, transcribed, log)));
    return { status: 'done', transcribed: kept };
  } catch (error) {
    if (abort.signal.aborted) return { status: 'cancelled' };
    return { status: 'failed', error: explain(error, order, log) };
  }
}

function keep(
  order: TranscriptionOrder,
  transcribed: TranscribedSource,
  log: Log,
): Promise<TranscribedSource> {
  return orRecordFailed(order, log, () => order.keep(transcribed));
}

async function orRecordFailed<Kept>(
  { id }: TranscriptionOrder,
  log: Log,
  keepIt: () => Promise<Kept>,
): Promise<Kept> {
  try {
    return await keepIt();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    log.unexpected(error, { transcription: id });
    throw new RequestError('record_failed');
  }
}

function explain(error: unknown, { id }: TranscriptionOrder, log: Log): ErrorDescription {
  const code = recordingErrorOf(error);
  if (code === 'internal_error') log.unexpected(error, { transcription: id });
  const details = error instanceof RequestError ? error.details : {};
  return describeForHttp(code, details, recordingExplanationOf(error));
}

/** As `work`, but rejects as soon as the signal is aborted, since a database can be away for long. */
function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new RequestError('transcription_cancelled'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
