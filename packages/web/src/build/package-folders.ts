import { fileURLToPath } from 'node:url';

/** Absolute path of the package of the SDK. */
export function clientFolder(): string {
  return fileURLToPath(new URL('..', import.meta.resolve('@auscult/client')));
}

/** Absolute path of the package of the web components. */
export function elementsFolder(): string {
  return fileURLToPath(new URL('..', import.meta.resolve('@auscult/elements')));
}
