import type { HearingTimes, UtteranceTimes } from '@auscult/asr';
import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import type { FinalEvent } from '../../live/events.js';
import { clockOffset, type SpanSource } from './span-source.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';
import type { SessionTrace, TracedSession } from './tracing.js';

/** Utterances of a session that have begun and are not over: more than a client can leave waiting. */
const MOST_OPEN = 1000;

/** A final on its way to the client. */
interface MadeFinal {
  readonly utterance: Span | undefined;
  /** From its record on. */
  sending: Span | undefined;
}

/**
 * Begins the trace of a session: a span for the session, below it one for each utterance, and below that what became of it. Unless
 * a `traceparent` says otherwise, the digits of the session's name are those of the trace.
 */
export function createSessionTrace(
  spans: SpanSource,
  { id, traceparent, dialect, model, isMoved }: TracedSession,
  onEnd: () => void,
): SessionTrace {
  const session = spans.begin(
    'session',
    { parent: readTraceparent(traceparent), uuid: id },
    {
      kind: SpanKind.SERVER,
      attributes: {
        'auscult.session': id,
        'auscult.dialect': dialect,
        'auscult.model': model,
        'auscult.moved': isMoved,
      },
    },
  );
  const utterances = new Map<string, Span>();
  const finals = new Map<FinalEvent, MadeFinal>();

  const utteranceAt = (channel: number, start: number, startTime: number): Span | undefined => {
    const key = keyOf(channel, start);
    const known = utterances.get(key);
    if (known || utterances.size >= MOST_OPEN) return known;
    const attributes = { 'auscult.channel': channel, 'auscult.start_seconds': start };
    const span = spans.child(session, 'utterance', { attributes, startTime });
    utterances.set(key, span);
    return span;
  };

  const take = (channel: number, start: number): Span | undefined => {
    const key = keyOf(channel, start);
    const span = utterances.get(key);
    utterances.delete(key);
    return span;
  };

  const told = (channel: number, times: UtteranceTimes): void => {
    const offset = clockOffset();
    const utterance = utteranceAt(channel, times.start, offset + times.startedAt);
    if (!utterance?.isRecording()) return;
    utterance.setAttribute('auscult.audio_seconds', times.end - times.start);
    spans.past(utterance, 'voice activity', {
      from: offset + times.startedAt,
      to: offset + times.endedAt,
    });
    for (const hearing of times.hearings) tellHearing(spans, utterance, hearing, offset);
  };

  return {
    traceparent: writeTraceparent(session.spanContext()),
    listenTo: (channel) => ({
      onTimes: (times) => {
        told(channel, times);
      },
      traceOf: (start, startedAt) => {
        const utterance = utteranceAt(channel, start, clockOffset() + startedAt);
        return utterance && writeTraceparent(utterance.spanContext());
      },
    }),
    made: (event, start, recorded) => {
      const utterance = take(event.channel, start);
      const final: MadeFinal = { utterance, sending: undefined };
      finals.set(event, final);
      if (!utterance) return;
      if (recorded === undefined) {
        final.sending = spans.child(utterance, 'send');
        return;
      }
      const commit = spans.child(utterance, 'commit');
      recorded.then(
        () => {
          commit.end();
          if (finals.has(event)) final.sending = spans.child(utterance, 'send');
        },
        () => {
          commit.setStatus({ code: SpanStatusCode.ERROR });
          commit.end();
          end(utterance, 'unrecorded');
          finals.delete(event);
        },
      );
    },
    sent: (event) => {
      const final = finals.get(event);
      finals.delete(event);
      final?.sending?.end();
      if (final?.utterance) end(final.utterance, 'final');
    },
    withoutFinal: (channel, start, outcome) => {
      const utterance = take(channel, start);
      if (utterance) end(utterance, outcome);
    },
    note: (event, closeCode) => {
      session.addEvent(event, closeCode === undefined ? {} : { 'auscult.close_code': closeCode });
    },
    end: ({ closeCode, audioSeconds, finals: count, missingSeconds }) => {
      for (const utterance of utterances.values()) end(utterance, 'given up');
      for (const { utterance, sending } of finals.values()) {
        sending?.end();
        if (utterance) end(utterance, 'not sent');
      }
      utterances.clear();
      finals.clear();
      session.setAttributes({
        'auscult.close_code': closeCode,
        'auscult.audio_seconds': audioSeconds,
        'auscult.finals': count,
        'auscult.missing_seconds': missingSeconds,
      });
      session.end();
      onEnd();
    },
  };
}

/** The utterances of a channel are told apart by where they begin. */
function keyOf(channel: number, start: number): string {
  return `${channel}/${Math.round(start * 16_000)}`;
}

function end(utterance: Span, outcome: string): void {
  utterance.setAttribute('auscult.outcome', outcome);
  if (outcome === 'lost' || outcome === 'unrecorded') utterance.setStatus({ code: SpanStatusCode.ERROR });
  utterance.end();
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
