import type { hostModel } from '@auscult/asr';
import { ConfigError } from '../../config/config-error.js';
import { parseListenAddress } from '../../config/listen-address.js';
import type { Config } from '../../config/schema.js';
import { requireMemory } from '../../memory.js';
import { recognizerOptions } from '../../recognizer-options.js';
import { recognizerEventLog } from '../../recognizers.js';
import { downloadLog } from '../../telemetry/download-log.js';
import { createLog, type Log } from '../../telemetry/log.js';
import type { MachineMetrics } from '../../telemetry/machine-metrics.js';
import { openTracing } from '../../telemetry/tracing/open-tracing.js';
import { openClusterConnection } from '../cluster.js';
import type { ClusterConnection } from '../connect-cluster.js';
import type { InferenceMachine } from './inference-machine.js';
import type { MachinePhase } from './machine-monitoring.js';

/**
 * Infers for the servers of a cluster until SIGTERM or SIGINT; jobs that it has are finished then. Resolves with the exit
 * status of the process.
 * @throws {ConfigError} without a cluster; {ClusterError} and `SpeechError` as the connection and the model fail
 */
export async function runInference(config: Config, host: typeof hostModel): Promise<number> {
  const log = createLog(config);
  const watched: Watched = {};
  const monitoring = await openMonitoring(config, watched, log);
  const connection = await openClusterConnection(config, 'work', log);
  if (connection === undefined) throw new ConfigError('there is no cluster to work for.', NO_CLUSTER);
  watched.connection = connection;
  requireMemory(config);
  const stopped = nextSignal();
  const writeEvent = recognizerEventLog(log);
  const onEvent: typeof writeEvent = (event) => {
    monitoring?.metrics.onRecognizerEvent(event);
    writeEvent(event);
  };
  const hosted = await host(recognizerOptions(config, onEvent, downloadLog(log)));
  const { startInferenceMachine } = await import('./inference-machine.js');
  const { lexicon, serverName: name } = config;
  const tracing = await openTracing(config, 'work', log);
  const onJobDone = monitoring?.metrics.onJobDone;
  const machine = await startInferenceMachine({ connection, hosted, lexicon, name, log, tracing, onJobDone });
  watched.machine = machine;
  const signal = await stopped;
  log.info('stopping', { signal });
  await machine.stop(config.drainSeconds);
  await connection.close();
  await tracing?.close();
  await monitoring?.close();
  log.info('stopped');
  return 0;
}

const NO_CLUSTER = 'Set --cluster or AUSCULT_CLUSTER to the address of NATS, such as nats://127.0.0.1:4222.';

/** What there is of the machine so far. */
interface Watched {
  connection?: ClusterConnection;
  machine?: InferenceMachine;
}

/** Listens for whoever watches, from the beginning on. */
async function openMonitoring(
  config: Config,
  watched: Watched,
  log: Log,
): Promise<{ readonly metrics: MachineMetrics; readonly close: () => Promise<void> } | undefined> {
  const address = parseListenAddress(config.monitoringAddress ?? '');
  if (address === undefined) return undefined;
  const [{ openMachineMonitoring }, { createMachineMetrics }] = await Promise.all([
    import('./machine-monitoring.js'),
    import('../../telemetry/machine-metrics.js'),
  ]);
  const isConnected = () => watched.connection?.isConnected() === true;
  const status = () => watched.machine?.status();
  const metrics = createMachineMetrics({ status, isConnected }, config);
  const phase = (): MachinePhase => {
    const machine = status();
    if (machine === undefined) return 'starting';
    if (machine.isStopping) return 'draining';
    return isConnected() && machine.workers.some(({ state }) => state === 'ready') ? 'ready' : 'away';
  };
  const { url, close } = await openMachineMonitoring(address, { phase, registry: metrics.registry });
  log.info('monitoring', { url });
  return { metrics, close };
}

function nextSignal(): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
