import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Version of the server package, such as `0.1.0`. */
export function serverVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
