import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import type { FinalEvent } from '../../live/events.js';
import type { SpanSource } from './span-source.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';
import type { SessionTrace, TracedSession } from './tracing.js';
import { createUtteranceSpans, endUtterance } from './utterance-spans.js';

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
  const utterances = createUtteranceSpans(spans, session);
  const finals = new Map<FinalEvent, MadeFinal>();

  return {
    traceparent: writeTraceparent(session.spanContext()),
    listenTo: (channel) => utterances.listenTo(String(channel), { 'auscult.channel': channel }),
    made: (event, start, recorded) => {
      const utterance = utterances.take(String(event.channel), start);
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
          endUtterance(utterance, 'unrecorded');
          finals.delete(event);
        },
      );
    },
    sent: (event) => {
      const final = finals.get(event);
      finals.delete(event);
      final?.sending?.end();
      if (final?.utterance) endUtterance(final.utterance, 'final');
    },
    withoutFinal: (channel, start, outcome) => {
      const utterance = utterances.take(String(channel), start);
      if (utterance) endUtterance(utterance, outcome);
    },
    note: (event, closeCode) => {
      session.addEvent(event, closeCode === undefined ? {} : { 'auscult.close_code': closeCode });
    },
    end: ({ closeCode, audioSeconds, finals: count, missingSeconds }) => {
      for (const utterance of utterances.takeRest()) endUtterance(utterance, 'given up');
      for (const { utterance, sending } of finals.values()) {
        sending?.end();
        if (utterance) endUtterance(utterance, 'not sent');
      }
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
