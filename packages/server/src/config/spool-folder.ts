import { join } from 'node:path';
import type { Config } from './schema.js';

/** The folder for audio that waits to be transcribed. */
export function spoolFolder({
  spoolDirectory,
  dataDirectory,
}: Pick<Config, 'spoolDirectory' | 'dataDirectory'>): string {
  return spoolDirectory ?? join(dataDirectory, 'spool');
}
