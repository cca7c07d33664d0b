import type { hostModel } from '@auscult/asr';
import { ConfigError } from '../../config/config-error.js';
import type { Config } from '../../config/schema.js';
import { requireMemory } from '../../memory.js';
import { recognizerOptions } from '../../recognizer-options.js';
import { recognizerEventLog } from '../../recognizers.js';
import { downloadLog } from '../../telemetry/download-log.js';
import { createLog } from '../../telemetry/log.js';
import { openTracing } from '../../telemetry/tracing/open-tracing.js';
import { openClusterConnection } from '../cluster.js';

/**
 * Infers for the servers of a cluster until SIGTERM or SIGINT; jobs that it has are finished then. Resolves with the exit
 * status of the process.
 * @throws {ConfigError} without a cluster; {ClusterError} and `SpeechError` as the connection and the model fail
 */
export async function runInference(config: Config, host: typeof hostModel): Promise<number> {
  const log = createLog(config);
  const connection = await openClusterConnection(config, 'work', log);
  if (connection === undefined) throw new ConfigError('there is no cluster to work for.', NO_CLUSTER);
  requireMemory(config);
  const stopped = nextSignal();
  const hosted = await host(recognizerOptions(config, recognizerEventLog(log), downloadLog(log)));
  const { startInferenceMachine } = await import('./inference-machine.js');
  const { lexicon, serverName: name } = config;
  const tracing = await openTracing(config, 'work', log);
  const machine = await startInferenceMachine({ connection, hosted, lexicon, name, log, tracing });
  const signal = await stopped;
  log.info('stopping', { signal });
  await machine.stop(config.drainSeconds);
  await connection.close();
  await tracing?.close();
  log.info('stopped');
  return 0;
}

const NO_CLUSTER = 'Set --cluster or AUSCULT_CLUSTER to the address of NATS, such as nats://127.0.0.1:4222.';

function nextSignal(): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
