import type { LoadHook } from 'node:module';
import { instrument } from './instrument.js';

/**
 * Modules of the packages, and the libraries that check inputs for them: without these, everything that a schema
 * refuses would look alike.
 */
const INSTRUMENTED = /\/packages\/[^/]+\/dist\/|\/node_modules\/(?:zod\/v4\/core|jose\/dist)\//u;

/** Hook of Node's module loader: instruments what the packages built. */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context);
  if (loaded.format !== 'module' || loaded.source === undefined || !INSTRUMENTED.test(url)) return loaded;
  const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: instrument(source, url) };
};
