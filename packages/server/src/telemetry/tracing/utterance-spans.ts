import type { HearingTimes, UtteranceTimes } from '@auscult/asr';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import { clockOffset, type SpanSource } from './span-source.js';
import { writeTraceparent } from './traceparent.js';
import type { UtteranceListener } from './utterance-listener.js';

/** Utterances that have begun and are not over: more than can be left waiting. */
const MOST_OPEN = 1000;

/** The spans of utterances below one span, with what voice activity and hearings took. */
export interface UtteranceSpans {
  /** What the recognizer reports about a stream; whose utterances are kept apart by `stream`. */
  readonly listenTo: (stream: string, attributes: Attributes) => UtteranceListener;
  /** The span of the utterance that begins at `start`, seconds; whoever takes it ends it. */
  readonly take: (stream: string, start: number) => Span | undefined;
  /** All that nobody took. */
  readonly takeRest: () => readonly Span[];
}

/** Has none yet. */
export function createUtteranceSpans(spans: SpanSource, parent: Span): UtteranceSpans {
  const open = new Map<string, Span>();

  const utteranceAt = (key: string, attributes: Attributes, startTime: number): Span | undefined => {
    const known = open.get(key);
    if (known || open.size >= MOST_OPEN) return known;
    const span = spans.child(parent, 'utterance', { attributes, startTime });
    open.set(key, span);
    return span;
  };

  const told = (utterance: Span | undefined, times: UtteranceTimes, offset: number): void => {
    if (!utterance?.isRecording()) return;
    utterance.setAttribute('auscult.audio_seconds', times.end - times.start);
    spans.past(utterance, 'voice activity', {
      from: offset + times.startedAt,
      to: offset + times.endedAt,
    });
    for (const hearing of times.hearings) tellHearing(spans, utterance, hearing, offset);
  };

  return {
    listenTo: (stream, attributes) => {
      const at = (start: number, startedAt: number, offset: number) =>
        utteranceAt(
          keyOf(stream, start),
          { ...attributes, 'auscult.start_seconds': start },
          offset + startedAt,
        );
      return {
        onTimes: (times) => {
          const offset = clockOffset();
          told(at(times.start, times.startedAt, offset), times, offset);
        },
        traceOf: (start, startedAt) => {
          const utterance = at(start, startedAt, clockOffset());
          return utterance && writeTraceparent(utterance.spanContext());
        },
      };
    },
    take: (stream, start) => {
      const key = keyOf(stream, start);
      const span = open.get(key);
      open.delete(key);
      return span;
    },
    takeRest: () => {
      const rest = [...open.values()];
      open.clear();
      return rest;
    },
  };
}

/** Ends the span of an utterance. */
export function endUtterance(utterance: Span, outcome: string): void {
  utterance.setAttribute('auscult.outcome', outcome);
  if (outcome === 'lost' || outcome === 'unrecorded') utterance.setStatus({ code: SpanStatusCode.ERROR });
  utterance.end();
}

/** The utterances of a stream are told apart by where they begin. */
function keyOf(stream: string, start: number): string {
  return `${stream}/${Math.round(start * 16_000)}`;
}

/** A hearing, with what it consists of. There are many partials, whose parts are attributes only. */
function tellHearing(
  spans: SpanSource,
  utterance: Span,
  { purpose, submittedAt, doneAt, runSeconds, phases, worker, attempts }: HearingTimes,
  offset: number,
): void {
  const [from, to] = [offset + submittedAt, offset + doneAt];
  const begun = Math.max(from, to - runSeconds * 1000);
  const encoded = Math.min(to, begun + (phases?.encodeSeconds ?? 0) * 1000);
  const decoded = Math.min(to, encoded + (phases?.decodeSeconds ?? 0) * 1000);
  const hearing = spans.past(
    utterance,
    'hearing',
    { from, to },
    {
      'auscult.purpose': purpose,
      'auscult.worker': worker,
      'auscult.attempts': attempts,
      'auscult.wait_seconds': (begun - from) / 1000,
      ...(phases && {
        'auscult.encode_seconds': phases.encodeSeconds,
        'auscult.decode_seconds': phases.decodeSeconds,
        'auscult.terms_seconds': phases.termsSeconds,
      }),
    },
  );
  if (purpose === 'partial') return;
  spans.past(hearing, 'waiting', { from, to: begun });
  if (!phases) return;
  spans.past(hearing, 'encoding', { from: begun, to: encoded });
  spans.past(hearing, 'decoding', { from: encoded, to: decoded });
  spans.past(hearing, 'terms', {
    from: decoded,
    to: Math.min(to, decoded + phases.termsSeconds * 1000),
  });
}
