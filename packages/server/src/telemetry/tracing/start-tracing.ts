import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { serverVersion } from '../../version.js';
import type { Log } from '../log.js';
import { createCompletionTrace } from './completion-trace.js';
import { createSessionTrace } from './session-trace.js';
import { clockOffset, createChosenIds, createSpanSource, traceIdFrom } from './span-source.js';
import { tellingExporter } from './telling-exporter.js';
import { readTraceparent } from './traceparent.js';
import type { ServedJob, Tracing } from './tracing.js';
import { createTranscriptionTraces } from './transcription-traces.js';

/** What tracing needs. */
export interface TracingOptions {
  /** Address of the collector, without the path of traces. */
  readonly endpoint: string;
  readonly serverName: string | undefined;
  readonly program: 'serve' | 'work';
  readonly log: Log;
}

/** Spans that are written as JSON at a time, which takes the event loop about a millisecond; 512 take four. */
const BATCH_SPANS = 128;

/** How long the end of the server waits for a collector, milliseconds. */
const CLOSE_MS = 3000;

/** Begins to send spans to a collector, some seconds after they end. If it cannot keep up, spans are dropped. */
export function startTracing(options: TracingOptions): Tracing {
  const ids = createChosenIds();
  const provider = createProvider(options, ids);
  const spans = createSpanSource(provider.getTracer('auscult', serverVersion()), ids);
  const sessions = new Map<string, string>();
  const transcriptions = createTranscriptionTraces(spans);

  return {
    session: (session) => {
      const trace = createSessionTrace(spans, session, () => sessions.delete(session.id));
      const [, traceId = ''] = trace.traceparent.split('-');
      sessions.set(session.id, traceId);
      return trace;
    },
    request: ({ method, route, scheme, traceparent }) => {
      const parent = readTraceparent(traceparent);
      const attributes = { 'http.request.method': method, 'http.route': route, 'url.scheme': scheme };
      const span = spans.begin(`${method} ${route}`, { parent }, { kind: SpanKind.SERVER, attributes });
      return {
        traceId: span.spanContext().traceId,
        began: (transcription) => {
          span.setAttribute('auscult.transcription', transcription);
        },
        end: (status) => {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    transcription: transcriptions.begin,
    partOf: transcriptions.partOf,
    completion: (session) => createCompletionTrace(spans, session),
    served: (job) => {
      const parent = readTraceparent(job.traceparent);
      if (!parent) return;
      const startTime = clockOffset() + job.receivedAt;
      spans
        .begin(
          'serve inference',
          { parent },
          { kind: SpanKind.CONSUMER, startTime, attributes: servedAttributes(job) },
        )
        .end();
    },
    traceIdOf: ({ session, transcription }) => {
      if (session !== undefined) return sessions.get(session) ?? traceIdFrom(session);
      return transcription === undefined ? undefined : traceIdFrom(transcription);
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const tired = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), tired]);
      clearTimeout(timer);
    },
  };
}

function createProvider(
  { endpoint, serverName, program, log }: TracingOptions,
  idGenerator: ReturnType<typeof createChosenIds>,
): BasicTracerProvider {
  const own = resourceFromAttributes({
    'service.name': 'auscult',
    'service.version': serverVersion(),
    'auscult.program': program,
    'process.pid': process.pid,
    ...(serverName !== undefined && { 'service.instance.id': serverName }),
  });
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  return new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    idGenerator,
    spanProcessors: [
      new BatchSpanProcessor(tellingExporter(exporter, log), { maxExportBatchSize: BATCH_SPANS }),
    ],
  });
}

function servedAttributes({ process: number, priority, runSeconds, phases }: ServedJob) {
  return {
    'auscult.worker': number,
    'auscult.priority': priority,
    'auscult.run_seconds': runSeconds,
    ...(phases && {
      'auscult.encode_seconds': phases.encodeSeconds,
      'auscult.decode_seconds': phases.decodeSeconds,
      'auscult.terms_seconds': phases.termsSeconds,
    }),
  };
}
