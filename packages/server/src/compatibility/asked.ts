import type { CompatibleService } from '../config/schema.js';
import type { ParameterWarning } from './parameters.js';

/** What a client of another service has asked for beyond the settings here; the record keeps it. */
export interface Asked {
  /** The service that the client was written for. */
  readonly service: CompatibleService;
  /** The model, by the name that the client gave it; undefined if it named none. */
  readonly model: string | undefined;
  /** What is not done as it was asked for. */
  readonly warnings: readonly ParameterWarning[];
}

/** Longer names of models are cut, characters. */
export const LONGEST_MODEL_NAME = 100;

/** Bytes of a header of warnings: some clients and proxies take no more than 8 KiB of headers in all. */
const LONGEST_HEADER = 2048;

/** The headers that tell a client which model runs, and what is not done as it asked. */
export function askedHeaders(
  model: string,
  warnings: readonly ParameterWarning[],
): Readonly<Record<string, string>> {
  return {
    'auscult-model': model,
    ...(warnings.length > 0 && { 'auscult-warnings': warningsText(warnings) }),
  };
}

function warningsText(warnings: readonly ParameterWarning[]): string {
  const text = warnings.map(({ parameter, reason }) => `${parameter}: ${reason}`).join('; ');
  return text.length <= LONGEST_HEADER ? text : `${text.slice(0, LONGEST_HEADER - 1)}~`;
}
