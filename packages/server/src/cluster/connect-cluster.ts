import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  errors,
  type ConnectionOptions,
  type NatsConnection,
  type Status,
  type TlsOptions,
} from '@nats-io/transport-node';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import { errorCode } from '../error-code.js';
import type { Log } from '../telemetry/log.js';
import { parseClusterUrls } from './cluster-address.js';
import { clusterAuthenticator } from './cluster-credentials.js';
import { ClusterError } from './cluster-error.js';

/** The settings of a connection to NATS. `cluster` must be set. */
export type ClusterSettings = Pick<
  Config,
  | 'cluster'
  | 'clusterCredentials'
  | 'clusterTlsCa'
  | 'clusterTlsCertificate'
  | 'clusterTlsKey'
  | 'clusterPatienceSeconds'
>;

/** A connection to NATS, which is made again whenever it breaks. */
export interface ClusterConnection {
  readonly nats: NatsConnection;
  /** Whether NATS is there at the moment. Messages that are published while it is not are kept for it. */
  readonly isConnected: () => boolean;
  /** How often the connection was made again. */
  readonly reconnects: () => number;
  /** Calls `listener` whenever the connection breaks, or is there again. Returns a function that ends this. */
  readonly onChange: (listener: (isConnected: boolean) => void) => () => void;
  /** Sends what is left to be sent, and closes the connection. */
  readonly close: () => Promise<void>;
}

/**
 * Connects to NATS, under a name that its operator sees. Waits `clusterPatienceSeconds` for a NATS that is away.
 * @throws {ClusterError} if it does not come, or refuses the credential
 * @throws {ConfigError} if a file that a setting names cannot be read
 */
export async function connectCluster(
  config: ClusterSettings,
  name: string,
  log: Log,
): Promise<ClusterConnection> {
  const nats = await connectPatiently(optionsFor(config, name), config.clusterPatienceSeconds, log);
  const listeners = new Set<(isConnected: boolean) => void>();
  let isConnected = true;
  let reconnects = 0;

  const changeTo = (connected: boolean) => {
    if (connected === isConnected) return;
    isConnected = connected;
    if (connected) reconnects++;
    if (connected) log.info('NATS is there again');
    else log.warn('NATS IS AWAY: the connection is made again as soon as it is there');
    for (const listener of listeners) listener(connected);
  };

  void followStatus(nats, changeTo, log);
  log.info('connected to NATS', { version: nats.info?.version });
  return {
    nats,
    isConnected: () => isConnected && !nats.isClosed(),
    reconnects: () => reconnects,
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: () => closeGently(nats, isConnected),
  };
}

function optionsFor(config: ClusterSettings, name: string): ConnectionOptions {
  const address = parseClusterUrls(config.cluster ?? []);
  const authenticator = clusterAuthenticator(config.clusterCredentials, address);
  const tls = tlsOptions(config, address.isEncrypted);
  return {
    servers: [...address.servers],
    name: `auscult ${name}`,
    ...(authenticator && { authenticator }),
    ...(tls && { tls }),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    // A credential that is refused for a while, as during a change of keys, must not end the server.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_MS,
    maxPingOut: 2,
  };
}

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 500;
/** A NATS that has answered none of two pings is taken for gone. */
const PING_MS = 5_000;

function tlsOptions(
  { clusterTlsCa, clusterTlsCertificate, clusterTlsKey }: ClusterSettings,
  isEncrypted: boolean,
): TlsOptions | undefined {
  const files = {
    ca: contentOf('clusterTlsCa', clusterTlsCa),
    cert: contentOf('clusterTlsCertificate', clusterTlsCertificate),
    key: contentOf('clusterTlsKey', clusterTlsKey),
  };
  const given = Object.fromEntries(Object.entries(files).filter(([, content]) => content !== undefined));
  return isEncrypted || Object.keys(given).length > 0 ? given : undefined;
}

function contentOf(setting: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(
      `the file of ${setting}, ${path}, cannot be read.`,
      'Name a PEM file that this user may read.',
    );
  }
}

async function connectPatiently(
  options: ConnectionOptions,
  patienceSeconds: number,
  log: Log,
): Promise<NatsConnection> {
  const patientUntil = performance.now() + patienceSeconds * 1000;
  let hasTold = false;
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      const failure = startFailure(error, patienceSeconds);
      if (failure.code !== 'cluster_unreachable' || performance.now() >= patientUntil) throw failure;
      if (!hasTold) log.warn('NATS cannot be reached yet', { code: errorCode(error) });
      hasTold = true;
      await sleep(RETRY_MS);
    }
  }
}

/** What a failure to connect means. The error of the client is not shown, since it may hold an address with a password. */
function startFailure(error: unknown, patienceSeconds: number): ClusterError {
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
    return new ClusterError(
      'cluster_credential_refused',
      'NATS refuses the credential of this server.',
      'Set clusterCredentials to the file with its .creds, nkey or token, or user and password in AUSCULT_CLUSTER.',
    );
  if (isTlsFailure(error))
    return new ClusterError(
      'cluster_tls_failed',
      'The connection to NATS cannot be encrypted, or its certificate is not trusted.',
      'Set clusterTlsCa to the authority that signed the certificate of NATS, name it by the host of that certificate, and use nats:// only where NATS has no TLS.',
    );
  return new ClusterError(
    'cluster_unreachable',
    `NATS could not be reached within ${patienceSeconds} s.`,
    'Start nats-server, check the addresses in cluster and the network, or wait longer with clusterPatienceSeconds.',
  );
}

function isTlsFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return TLS_FAILURE.test(errorCode(error)) || error.message.includes(`does not support 'tls'`);
}

const TLS_FAILURE = /CERT|TLS|SSL|EPROTO/;

/** Follows the connection until it is closed. */
async function followStatus(
  nats: NatsConnection,
  changeTo: (isConnected: boolean) => void,
  log: Log,
): Promise<void> {
  for await (const status of nats.status()) {
    if (status.type === 'disconnect') changeTo(false);
    else if (status.type === 'reconnect') changeTo(true);
    else noteTrouble(status, log);
  }
  changeTo(false);
}

function noteTrouble(status: Status, log: Log): void {
  if (status.type === 'error' && status.error instanceof errors.PermissionViolationError)
    log.error('NATS does not permit this account a subject', {
      action: status.error.operation,
      path: status.error.subject,
    });
  else if (status.type === 'error') log.warn('NATS reports an error', { errorName: status.error.name });
  else if (status.type === 'slowConsumer') log.warn('messages of NATS are read too slowly');
}

/** What is published when NATS is away will not be sent any more. */
async function closeGently(nats: NatsConnection, isConnected: boolean): Promise<void> {
  if (nats.isClosed()) return;
  if (isConnected)
    await Promise.race([nats.drain().catch(() => undefined), sleep(CLOSE_MS, undefined, { ref: false })]);
  await nats.close().catch(() => undefined);
}

const CLOSE_MS = 2_000;
