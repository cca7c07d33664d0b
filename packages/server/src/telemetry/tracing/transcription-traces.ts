import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import type { SpanSource } from './span-source.js';
import type { Tracing } from './tracing.js';

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
      try {
        return await work();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  };
}
