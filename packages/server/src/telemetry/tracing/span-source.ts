import {
  ROOT_CONTEXT,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace-base';

/** Starts spans. Parents are named each time: nothing is taken from where the code runs. */
export interface SpanSource {
  /** Starts the first span of a process in a trace: under a span of another process, or else in the trace with this id. */
  readonly begin: (name: string, where: Beginning, options?: SpanOptions) => Span;
  readonly child: (parent: Span, name: string, options?: SpanOptions) => Span;
  /** A span that is over. Times are milliseconds since 1970. */
  readonly past: (
    parent: Span,
    name: string,
    times: PastTimes,
    attributes?: SpanOptions['attributes'],
  ) => Span;
}

/** Where a trace begins. */
interface Beginning {
  readonly parent: SpanContext | undefined;
  /** A UUID, whose digits are those of the trace. By default they are random. */
  readonly uuid?: string;
}

/** From when to when something took, milliseconds since 1970. */
interface PastTimes {
  readonly from: number;
  readonly to: number;
}

/** Gives random ids, except for a trace that is to have a certain one. */
export interface ChosenIds extends IdGenerator {
  /** The id of the trace that begins next. */
  chosen: string | undefined;
}

/** Makes a generator that chooses none yet. */
export function createChosenIds(): ChosenIds {
  const random = new RandomIdGenerator();
  const ids: ChosenIds = {
    chosen: undefined,
    generateTraceId: () => ids.chosen ?? random.generateTraceId(),
    generateSpanId: () => random.generateSpanId(),
  };
  return ids;
}

/** Makes a source of spans. */
export function createSpanSource(tracer: Tracer, ids: ChosenIds): SpanSource {
  const under = (parent: Span): Context => trace.setSpan(ROOT_CONTEXT, parent);
  const source: SpanSource = {
    begin: (name, { parent, uuid }, options = {}) => {
      if (parent) return tracer.startSpan(name, options, trace.setSpanContext(ROOT_CONTEXT, parent));
      ids.chosen = uuid === undefined ? undefined : traceIdFrom(uuid);
      try {
        return tracer.startSpan(name, { ...options, root: true }, ROOT_CONTEXT);
      } finally {
        ids.chosen = undefined;
      }
    },
    child: (parent, name, options = {}) => tracer.startSpan(name, options, under(parent)),
    past: (parent, name, { from, to }, attributes = {}) => {
      const span = source.child(parent, name, { startTime: from, attributes });
      span.end(Math.max(from, to));
      return span;
    },
  };
  return source;
}

/** The id of the trace that is named by a UUID; undefined if it is none. */
export function traceIdFrom(uuid: string): string | undefined {
  const digits = uuid.replaceAll('-', '').toLowerCase();
  return /^(?!0{32})[0-9a-f]{32}$/.test(digits) ? digits : undefined;
}

/** What turns moments of `performance.now()` into milliseconds since 1970. */
export function clockOffset(): number {
  const before = performance.now();
  const now = Date.now();
  // If this process had to stand back in between, the two would be of different moments.
  return performance.now() - before > MOST_APART_MS ? Date.now() - performance.now() : now - before;
}

const MOST_APART_MS = 1;
