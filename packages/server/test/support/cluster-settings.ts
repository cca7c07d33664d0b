import type { ClusterSettings } from '../../src/cluster/connect-cluster.js';

/** The settings of a connection to a NATS that should be there. */
export function clusterSettings(url: string): ClusterSettings {
  return {
    cluster: [url],
    clusterCredentials: undefined,
    clusterTlsCa: undefined,
    clusterTlsCertificate: undefined,
    clusterTlsKey: undefined,
    clusterPatienceSeconds: 0.5,
  };
}
