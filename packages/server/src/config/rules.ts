import { isReadableOnTheWay } from '../cluster/cluster-address.js';
import { isLoopback } from './loopback.js';
import type { Config } from './schema.js';

/** A rule between settings. */
export interface ConfigRule {
  /** The setting that is named if the rule is broken. */
  readonly setting: keyof Config;
  readonly holds: (config: Config) => boolean;
  /** What is wrong, a sentence that begins with the setting. */
  readonly message: string;
  /** What the reader can do, a sentence. */
  readonly remedy: string;
}

/** Every rule between settings; the first that is broken is reported. */
export const configRules: readonly ConfigRule[] = [
  {
    setting: 'tlsCertificate',
    holds: ({ tlsCertificate, tlsKey }) => tlsCertificate === undefined || tlsKey !== undefined,
    message: 'has no key to go with it.',
    remedy: 'Set --tls-key to the file with the private key of the certificate.',
  },
  {
    setting: 'tlsKey',
    holds: ({ tlsCertificate, tlsKey }) => tlsKey === undefined || tlsCertificate !== undefined,
    message: 'has no certificate to go with it.',
    remedy: 'Set --tls-certificate to the file with the certificate of the key.',
  },
  {
    setting: 'tlsClientCa',
    holds: ({ tlsClientCa, tlsCertificate }) => tlsClientCa === undefined || tlsCertificate !== undefined,
    message: 'has no effect without TLS, so no client could show a certificate.',
    remedy: 'Set --tls-certificate and --tls-key too, or leave it out.',
  },
  {
    setting: 'tlsClientCrl',
    holds: ({ tlsClientCrl, tlsClientCa }) => tlsClientCrl === undefined || tlsClientCa !== undefined,
    message: 'has no authority whose certificates could be revoked.',
    remedy: 'Set --tls-client-ca too, or leave it out.',
  },
  {
    setting: 'cluster',
    holds: ({ cluster, insecureNetwork }) =>
      cluster === undefined || insecureNetwork || !isReadableOnTheWay(cluster),
    message:
      'names a NATS on another machine without encryption, so speech and keys could be read on the way.',
    remedy:
      'Give NATS a certificate and write tls://host:4222; or set --insecure-network if everybody on the network is trusted.',
  },
  {
    setting: 'inference',
    holds: ({ inference, cluster }) => inference === 'local' || cluster !== undefined,
    message: 'is cluster, but there is no cluster.',
    remedy: 'Set --cluster to the address of NATS, or --inference local.',
  },
  ...(
    ['clusterCredentials', 'clusterTlsCa', 'clusterTlsCertificate', 'clusterTlsKey', 'serverName'] as const
  ).map((setting): ConfigRule => ({
    setting,
    holds: (config) => config[setting] === undefined || config.cluster !== undefined,
    message: 'has no cluster to go with it.',
    remedy: 'Set --cluster to the address of NATS, or leave it out.',
  })),
  {
    setting: 'clusterTlsCertificate',
    holds: ({ clusterTlsCertificate: certificate, clusterTlsKey: key }) =>
      (certificate === undefined) === (key === undefined),
    message: 'and --cluster-tls-key go together.',
    remedy: 'Set both, or neither.',
  },
  {
    setting: 'auditSyslogCa',
    holds: (config) => isTlsSyslog(config) || config.auditSyslogCa === undefined,
    message: 'has no syslog over TLS to go with it.',
    remedy: 'Set --audit-syslog to tls://host:6514, or leave it out.',
  },
  {
    setting: 'auditSyslogCertificate',
    holds: (config) => isTlsSyslog(config) || config.auditSyslogCertificate === undefined,
    message: 'has no syslog over TLS to go with it.',
    remedy: 'Set --audit-syslog to tls://host:6514, or leave it out.',
  },
  {
    setting: 'auditSyslogCertificate',
    holds: ({ auditSyslogCertificate: certificate, auditSyslogKey: key }) =>
      (certificate === undefined) === (key === undefined),
    message: 'and --audit-syslog-key go together.',
    remedy: 'Set both, or neither.',
  },
  {
    setting: 'auditTimestampUrl',
    holds: ({ auditTimestampUrl: url, auditTimestampCa: ca }) => (url === undefined) === (ca === undefined),
    message: 'and --audit-timestamp-ca go together: a signature that nobody checks proves nothing.',
    remedy: 'Set both, or neither.',
  },
  {
    setting: 'oidcIssuer',
    holds: ({ oidcIssuer, oidcAudience }) => oidcIssuer === undefined || oidcAudience !== undefined,
    message: 'has no audience to go with it, so tokens for any other program would be taken.',
    remedy: 'Set --oidc-audience to the name under which the issuer knows this server.',
  },
  {
    setting: 'oidcAudience',
    holds: ({ oidcIssuer, oidcAudience }) => oidcAudience === undefined || oidcIssuer !== undefined,
    message: 'has no issuer to go with it.',
    remedy: 'Set --oidc-issuer too, or leave it out.',
  },
  {
    setting: 'host',
    holds: (config) => isOwnMachine(config) || config.authentication === 'required',
    message:
      'is an address that other machines can reach, and without authentication anybody there could read along.',
    remedy:
      'Set --authentication required, with --tls-certificate and --tls-key or with --trusted-proxies where a proxy has TLS; or use 127.0.0.1; or set --insecure-network if everybody on the network is trusted.',
  },
  {
    setting: 'host',
    holds: (config) => isOwnMachine(config) || isEncrypted(config),
    message:
      'is an address that other machines can reach, and without encryption speech and keys could be read on the way.',
    remedy:
      'Set --tls-certificate and --tls-key; or --trusted-proxies where a proxy has TLS; or use 127.0.0.1; or set --insecure-network if everybody on the network is trusted.',
  },
];

/** Whether nobody else can reach the server, or the operator has said that it does not matter. */
function isOwnMachine({ host, insecureNetwork }: Config): boolean {
  return insecureNetwork || isLoopback(host);
}

function isEncrypted({ tlsCertificate, trustedProxies }: Config): boolean {
  return tlsCertificate !== undefined || trustedProxies.length > 0;
}

function isTlsSyslog({ auditSyslog }: Config): boolean {
  return auditSyslog?.startsWith('tls://') === true;
}
