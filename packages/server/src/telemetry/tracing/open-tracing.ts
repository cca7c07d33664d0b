import type { Config } from '../../config/schema.js';
import type { Log } from '../log.js';
import type { Tracing } from './tracing.js';

/** Opens it if `otlpEndpoint` is set. Without it, not even its libraries are loaded. */
export async function openTracing(
  config: Pick<Config, 'otlpEndpoint' | 'serverName'>,
  program: 'serve' | 'work',
  log: Log,
): Promise<Tracing | undefined> {
  const { otlpEndpoint: endpoint, serverName } = config;
  if (endpoint === undefined) return undefined;
  const { startTracing } = await import('./start-tracing.js');
  return startTracing({ endpoint, serverName, program, log });
}
