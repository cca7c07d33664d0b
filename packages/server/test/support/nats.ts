import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.js';
import { spawnOwned, type OwnedProcess } from './spawn-owned.js';
import { until } from './until.js';

/** A nats-server of its own, with JetStream in a temporary folder; whoever starts it stops it, or the end of the test file. */
export interface NatsServer {
  /** `nats://127.0.0.1:PORT`. */
  readonly url: string;
  /** Kills it, as a power cut would; what JetStream has stored stays. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the same port and folder. */
  readonly start: () => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
}

/** Why the tests with NATS are skipped, if they are. */
export const natsMissing: string | undefined =
  programPath() === undefined
    ? 'nats-server is not installed (Debian: apt-get install nats-server); its tests are skipped.'
    : undefined;

/** What a nats-server offers. */
export interface NatsOptions {
  readonly jetStream?: boolean;
  /** How much JetStream may keep on disk; without a limit of its own if it is left out. */
  readonly storeBytes?: number;
  /** Further lines of its configuration, such as accounts. */
  readonly configuration?: string;
}

/** Starts a server that listens on a free port of loopback only. */
export async function startNats({
  jetStream = true,
  storeBytes,
  configuration = '',
}: NatsOptions = {}): Promise<NatsServer> {
  const program = programPath();
  if (program === undefined) throw new Error(natsMissing);
  const directory = mkdtempSync(join(tmpdir(), 'auscult-nats-'));
  const port = await freePort();
  const file = join(directory, 'nats.conf');
  const limit = storeBytes === undefined ? '' : `, max_file_store: ${storeBytes}`;
  const store = jetStream ? `jetstream { store_dir: "${directory}"${limit} }` : '';
  writeFileSync(file, `host: "127.0.0.1"\nport: ${port}\n${store}\n${configuration}\n`);
  let server: OwnedProcess | undefined;

  const start = async (): Promise<void> => {
    const child = spawnOwned([program, '-c', file], { cwd: directory });
    server = child;
    child.stdout.resume();
    child.stderr.resume();
    await until(() => {
      if (child.exitCode !== null) throw new Error('nats-server ended');
      return isListening(port);
    });
  };

  const end = async (): Promise<void> => {
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: end,
    start,
    signal: (signal) => server?.kill(signal),
    stop: async () => {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function programPath(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, 'nats-server'))
    .find((path) => existsSync(path));
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
