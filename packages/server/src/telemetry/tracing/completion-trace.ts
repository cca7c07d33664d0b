import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { SpanSource } from './span-source.js';
import { readTraceparent } from './traceparent.js';
import type { CompletionTrace, TracedSession } from './tracing.js';
import { createUtteranceSpans, endUtterance } from './utterance-spans.js';

/**
 * Begins a span in the trace of a session, below it one for each utterance that is heard for its record after its server was
 * gone.
 */
export function createCompletionTrace(
  spans: SpanSource,
  { id, traceparent }: Pick<TracedSession, 'id' | 'traceparent'>,
): CompletionTrace {
  const span = spans.begin(
    'completion',
    { parent: readTraceparent(traceparent), uuid: id },
    { kind: SpanKind.CONSUMER, attributes: { 'auscult.session': id } },
  );
  const utterances = createUtteranceSpans(spans, span);
  return {
    listenTo: (channel) => utterances.listenTo(String(channel), { 'auscult.channel': channel }),
    made: (channel, start, recorded) => {
      const utterance = utterances.take(String(channel), start);
      if (!utterance) return;
      const commit = spans.child(utterance, 'commit');
      Promise.resolve(recorded).then(
        () => {
          commit.end();
          endUtterance(utterance, 'final');
        },
        () => {
          commit.setStatus({ code: SpanStatusCode.ERROR });
          commit.end();
          endUtterance(utterance, 'unrecorded');
        },
      );
    },
    withoutFinal: (channel, start, outcome) => {
      const utterance = utterances.take(String(channel), start);
      if (utterance) endUtterance(utterance, outcome);
    },
    end: (outcome) => {
      for (const utterance of utterances.takeRest()) endUtterance(utterance, 'given up');
      span.setAttribute('auscult.outcome', outcome);
      if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
