import { fileURLToPath } from 'node:url';

/** Absolute path of the folder with the SDK as browsers load it. */
export function clientFolder(): string {
  return fileURLToPath(new URL('.', import.meta.resolve('@auscult/client')));
}
