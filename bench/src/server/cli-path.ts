import { fileURLToPath } from 'node:url';

/** The file of this repository's own command line. */
export function cliPath(): string {
  return fileURLToPath(new URL('./cli/main.js', import.meta.resolve('@auscult/server')));
}
