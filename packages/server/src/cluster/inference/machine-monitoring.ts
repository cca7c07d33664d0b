import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { ConfigError } from '../../config/config-error.js';
import type { ListenAddress } from '../../config/listen-address.js';
import { errorCode } from '../../error-code.js';
import { httpError } from '../../errors.js';

/** Answers whoever watches a machine. */
export interface MachineMonitoring {
  /** Such as `http://127.0.0.1:9100`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** What a machine does: `away` means that NATS is, or that no inference process is ready. */
export type MachinePhase = 'starting' | 'ready' | 'away' | 'draining';

/** What is told of a machine. */
interface Monitored {
  readonly phase: () => MachinePhase;
  readonly registry: Registry;
}

/** Who watches asks a few times a minute, over few connections. */
const MOST_CONNECTIONS = 32;
const REQUEST_MS = 10_000;

/**
 * Listens for `/health/live`, `/health/ready` and `/metrics`, which answer as those of a server do.
 * @throws {ConfigError} if the address cannot be listened on
 */
export async function openMachineMonitoring(
  { host, port }: ListenAddress,
  monitored: Monitored,
): Promise<MachineMonitoring> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      const path = request.url?.split('?')[0];
      if (request.method === 'GET' || request.method === 'HEAD') void answer(path, monitored, response);
      else tell(response, 'not_found');
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError(
      `monitoringAddress cannot be listened on (${errorCode(error)}).`,
      'Set --monitoring-address to an address of this machine and a port that nothing else uses.',
    );
  }
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  path: string | undefined,
  { phase, registry }: Monitored,
  response: ServerResponse,
): Promise<void> {
  switch (path) {
    case '/health/live':
      send(response, 200, { status: 'live' });
      return;
    case '/health/ready': {
      const now = phase();
      if (now === 'ready') send(response, 200, { status: 'ready' });
      else tell(response, now === 'draining' ? 'draining' : 'not_ready');
      return;
    }
    case '/metrics':
      try {
        const text = await registry.metrics();
        response.writeHead(200, { 'content-type': registry.contentType }).end(text);
      } catch {
        tell(response, 'internal_error');
      }
      return;
    default:
      tell(response, 'not_found');
  }
}

function tell(response: ServerResponse, code: Parameters<typeof httpError>[0]): void {
  const { status, body } = httpError(code);
  send(response, status, body);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
