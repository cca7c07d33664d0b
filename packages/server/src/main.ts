import { ConfigError } from './config/config-error.js';
import type { Config } from './config/schema.js';
import { createApp } from './app.js';
import { openClusterConnection } from './cluster/cluster.js';
import type { ClusterConnection } from './cluster/connect-cluster.js';
import { requireMemory } from './memory.js';
import { createRecognition } from './recognition.js';
import type { StartRecognizer } from './recognizers.js';
import { createLog, type Log } from './telemetry/log.js';

/** Exit status after a drain that ran out of time. */
const DRAIN_INCOMPLETE = 3;
/** Exit status after an unexpected error. Node's own report would show the error's message. */
const CRASHED = 70;

/**
 * Runs a server until SIGTERM or SIGINT: warms up, listens meanwhile, serves, drains. Resolves with the exit status of the
 * process: 0 after a clean drain, 3 if audio was left over. A second signal ends the process at once.
 * Fails if the server cannot be started.
 */
export async function runServer(config: Config, startRecognizer: StartRecognizer): Promise<number> {
  if (config.monitoringAddress !== undefined)
    throw new ConfigError(
      'monitoringAddress is for `auscult work`.',
      'Leave it out: a server answers at its port.',
    );
  requireMemory(config.inference === 'cluster' ? { workers: 0 } : config);
  const log = createLog(config);
  process.on('uncaughtException', (error) => {
    log.unexpected(error);
    process.exit(CRASHED);
  });
  const connection = await openClusterConnection(config, 'serve', log);
  const start = recognizerStart(config, startRecognizer, connection, log);
  const recognition = createRecognition(config, start, log);
  // It takes longest. If it fails, that is told below, once the rest is there.
  recognition.warmUp().catch(() => undefined);
  const app = await createApp(config, recognition, log, undefined, connection);
  const stopped = nextSignal();
  await app.listen();
  const warm = app.warmUp();
  const signal = await Promise.race([stopped, warm.then(() => stopped)]);
  log.info('stopping', { signal });
  process.once('SIGTERM', exitAtOnce);
  process.once('SIGINT', exitAtOnce);
  const clean = await app.drain();
  await app.close();
  log.info('stopped');
  return clean ? 0 : DRAIN_INCOMPLETE;
}

/** Where the words come from: processes of this server, or the machines of a cluster. */
function recognizerStart(
  config: Config,
  startHere: StartRecognizer,
  connection: ClusterConnection | undefined,
  log: Log,
): StartRecognizer {
  if (config.inference === 'local' || connection === undefined) return startHere;
  return async (options) => {
    const { startClusterRecognizer } = await import('./cluster/inference/cluster-recognizer.js');
    return startClusterRecognizer(connection, config.serverName, options, log);
  };
}

function nextSignal(): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** 128 + the number of the signal, as shells report it. */
function exitAtOnce(_signal: NodeJS.Signals, number: number): void {
  process.exit(128 + number);
}
