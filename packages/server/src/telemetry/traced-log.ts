import type { Log, LogFields } from './log.js';
import type { Tracing } from './tracing/tracing.js';

/** The log, in which lines about a session or a transcription name its trace. */
export function tracedLog(log: Log, tracing: Pick<Tracing, 'traceIdOf'> | undefined): Log {
  if (!tracing) return log;
  const named = (fields: LogFields = {}): LogFields => {
    const trace = fields.trace ?? tracing.traceIdOf(fields);
    return trace === undefined ? fields : { ...fields, trace };
  };
  return {
    debug: (event, fields) => {
      log.debug(event, named(fields));
    },
    info: (event, fields) => {
      log.info(event, named(fields));
    },
    warn: (event, fields) => {
      log.warn(event, named(fields));
    },
    error: (event, fields) => {
      log.error(event, named(fields));
    },
    unexpected: (error, fields) => {
      log.unexpected(error, named(fields));
    },
  };
}
