import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../log.js';

/** What became of a batch: only one that was not sent has an error. */
type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** The exporter, which logs once that it fails, and once that it works again. Spans that could not be sent are dropped. */
export function tellingExporter(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  const note = ({ error }: ExportResult): void => {
    const fails = error !== undefined;
    if (fails && !isFailing) log.warn('traces cannot be sent to the collector', { errorName: error.name });
    if (!fails && isFailing) log.info('traces are sent to the collector again');
    isFailing = fails;
  };
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        note(result);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => {
      await exporter.forceFlush?.();
    },
  };
}
