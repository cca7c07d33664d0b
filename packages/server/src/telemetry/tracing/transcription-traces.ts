import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import type { SpanSource } from './span-source.js';
import type { Tracing } from './tracing.js';
import type { ListenToHearing } from './utterance-listener.js';
import { createUtteranceSpans, endUtterance } from './utterance-spans.js';

/**
 * Traces of transcriptions. The digits of a transcription's name are those of its trace, so that every process that carries it
 * out reports to the same.
 */
export function createTranscriptionTraces(spans: SpanSource): {
  readonly begin: Tracing['transcription'];
  readonly partOf: Tracing['partOf'];
} {
  const open = new Map<string, Span>();
  return {
    begin: ({ id, origin, session, createdAt, attempts, audioSeconds }) => {
      const attributes = {
        'auscult.transcription': id,
        'auscult.origin': origin,
        'auscult.attempts': attempts,
        ...(session !== undefined && { 'auscult.session': session }),
        ...(audioSeconds !== undefined && { 'auscult.audio_seconds': audioSeconds }),
      };
      const span = spans.begin(
        'transcription',
        { parent: undefined, uuid: id },
        { kind: SpanKind.CONSUMER, attributes },
      );
      spans.past(span, 'waiting', { from: Math.min(createdAt.getTime(), Date.now()), to: Date.now() });
      open.set(id, span);
      return {
        end: (outcome) => {
          open.delete(id);
          span.setAttribute('auscult.outcome', outcome);
          if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    partOf: async (id, part, work) => {
      const whole = open.get(id);
      const span = whole
        ? spans.child(whole, part)
        : spans.begin(part, { parent: undefined, uuid: id }, { attributes: { 'auscult.transcription': id } });
      const { listenTo, end } = listenToHearings(spans, span);
      try {
        return await work(listenTo);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        end();
        span.end();
      }
    },
  };
}

/** Utterances of one recording that have spans: a trace of a whole day would be of no use to anybody. */
const MOST_UTTERANCES = 1000;

/** Each utterance ends once it is heard: of its text, nothing is known here. */
function listenToHearings(
  spans: SpanSource,
  parent: Span,
): { readonly listenTo: ListenToHearing; readonly end: () => void } {
  const utterances = createUtteranceSpans(spans, parent);
  let heard = 0;
  const listenTo: ListenToHearing = (channel, hearing) => {
    const stream = `${channel}/${hearing}`;
    const own = utterances.listenTo(stream, { 'auscult.channel': channel, 'auscult.hearing': hearing });
    return {
      onTimes: (times) => {
        heard += 1;
        if (heard <= MOST_UTTERANCES) own.onTimes(times);
        utterances.take(stream, times.start)?.end();
      },
      traceOf: (...utterance) => (heard < MOST_UTTERANCES ? own.traceOf(...utterance) : undefined),
    };
  };
  const end = (): void => {
    for (const utterance of utterances.takeRest()) endUtterance(utterance, 'given up');
    if (heard > 0) parent.setAttribute('auscult.utterances', heard);
  };
  return { listenTo, end };
}
