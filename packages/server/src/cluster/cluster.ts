import type { Config } from '../config/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import type { Log } from '../telemetry/log.js';
import type { ClusterConnection } from './connect-cluster.js';
import type { ClusterMembership } from './join-cluster.js';

/** The cluster that a server is part of. */
export interface Cluster {
  readonly connection: ClusterConnection;
  readonly membership: ClusterMembership;
  /** Leaves the cluster, and closes the connection. */
  readonly close: () => Promise<void>;
}

/**
 * Connects to NATS, if a cluster is set. What that needs is loaded only then.
 * @throws {ClusterError} and {ConfigError} as `connectCluster` does
 */
export async function openClusterConnection(
  config: Config,
  kind: 'serve' | 'work' | 'doctor',
  log: Log,
): Promise<ClusterConnection | undefined> {
  if (config.cluster === undefined) return undefined;
  const { connectCluster } = await import('./connect-cluster.js');
  return connectCluster(config, [kind, config.serverName].filter(Boolean).join(' '), log);
}

/**
 * Takes a place in the cluster over a connection, if there is one.
 * @throws {ClusterError} as `joinCluster` does; the connection is closed then
 */
export async function enterCluster(
  connection: ClusterConnection | undefined,
  { serverName }: Pick<Config, 'serverName'>,
  masterKeys: MasterKeys,
  log: Log,
): Promise<Cluster | undefined> {
  if (connection === undefined) return undefined;
  const { joinCluster } = await import('./join-cluster.js');
  try {
    const membership = await joinCluster(connection, serverName, masterKeys, log);
    return {
      connection,
      membership,
      close: async () => {
        await membership.leave();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
