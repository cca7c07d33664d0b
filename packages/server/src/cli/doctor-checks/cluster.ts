import { setTimeout as sleep } from 'node:timers/promises';
import { openClusterConnection } from '../../cluster/cluster.js';
import { createLog } from '../../telemetry/log.js';
import type { Config } from '../../config/schema.js';
import type { CheckResult } from './check.js';
import { failedCheck } from './surroundings.js';

/** Whether NATS can be used as the settings say, and, with `inference` `cluster`, whether machines infer. */
export async function checkCluster(config: Config): Promise<CheckResult> {
  if (config.cluster === undefined) return { state: 'skipped', message: 'no cluster is set' };
  try {
    const silent = createLog({ logLevel: 'silent', logFormat: 'json' });
    const impatient = { ...config, clusterPatienceSeconds: 0 };
    const connection = await openClusterConnection(impatient, 'doctor', silent);
    if (!connection) return { state: 'skipped', message: 'no cluster is set' };
    try {
      const { openBuckets, readMembers } = await import('../../cluster/member-bucket.js');
      const { machineNames } = await import('../../cluster/inference/machine-names.js');
      const { members } = await openBuckets(connection);
      const servers = (await readMembers(members)).length;
      const machines = machineNames(connection.nats);
      await sleep(LISTENING_MS);
      const count = machines.stop().length;
      if (config.inference === 'cluster' && count === 0) return NO_MACHINE;
      return {
        state: 'ok',
        message: `NATS with JetStream; servers: ${servers}, inference machines: ${count}`,
      };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return failedCheck(error);
  }
}

/** Machines say every second that they are there, milliseconds. */
const LISTENING_MS = 2_500;

const NO_MACHINE: CheckResult = {
  state: 'failed',
  message: 'no machine of the cluster infers, and inference is cluster',
  remedy: 'Run `auscult work` with the same --cluster and --model on one, or set --inference local.',
};
