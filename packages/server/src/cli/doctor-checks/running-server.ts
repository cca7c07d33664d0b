import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { parseListenAddress } from '../../config/listen-address.js';
import type { Config } from '../../config/schema.js';
import type { CheckResult } from './check.js';

/** What the running server is asked: whether its process works, or whether it accepts sessions. */
export type Probe = 'live' | 'ready';

/** Beyond it, whoever waits is better served by a failure. */
const PATIENCE_MS = 5_000;

/** Addresses that mean every address of the machine. */
const EVERY_ADDRESS = ['0.0.0.0', '::', '[::]'];

type Asked = Pick<Config, 'host' | 'port' | 'tlsCertificate'> & Partial<Pick<Config, 'monitoringAddress'>>;

/**
 * Asks the server, or the machine that infers, that runs here with these settings for `/health/live` or `/health/ready`. A machine
 * that infers has a `monitoringAddress`.
 */
export async function checkRunning(config: Asked, probe: Probe): Promise<CheckResult> {
  const monitored = parseListenAddress(config.monitoringAddress ?? '');
  const address = ownAddress(monitored ? { ...monitored, tlsCertificate: undefined } : config);
  try {
    const status = await statusOf(new URL(`/health/${probe}`, address));
    if (status === 200) return { state: 'ok', message: `the server at ${address} is ${probe}` };
    return {
      state: 'failed',
      message: `the server at ${address} is not ${probe} (status ${status})`,
      remedy: 'Wait until it has started or stopped; if it has done neither, see its log.',
    };
  } catch {
    return {
      state: 'failed',
      message: `no server answers at ${address}`,
      remedy:
        'Start one with `auscult serve`, and give this command the same --host, --port and TLS settings, or --monitoring-address for `auscult work`.',
    };
  }
}

function ownAddress({ host, port, tlsCertificate }: Asked): string {
  const scheme = tlsCertificate === undefined ? 'http' : 'https';
  const reached = EVERY_ADDRESS.includes(host) ? '127.0.0.1' : host;
  const name = reached.includes(':') && !reached.startsWith('[') ? `[${reached}]` : reached;
  return `${scheme}://${name}:${port}`;
}

async function statusOf(url: URL): Promise<number> {
  const options = { agent: false, signal: AbortSignal.timeout(PATIENCE_MS) } as const;
  const request =
    url.protocol === 'https:'
      ? // The certificate bears the name that clients use, not this address; and nothing secret is sent.
        httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
