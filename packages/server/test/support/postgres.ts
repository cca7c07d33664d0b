import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.js';
import { spawnOwned, type OwnedProcess } from './spawn-owned.js';
import { until } from './until.js';

/** A PostgreSQL server of its own, on a temporary directory; whoever starts it stops it, or the end of the test file. */
export interface PostgresServer {
  /** Address of a new, empty database. */
  readonly createDatabase: () => string;
  /** Kills every process of the server, as a power cut would. */
  readonly kill: () => Promise<void>;
  /** Starts it again after `kill`. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Whose the files are and who runs the server, if not whoever runs the tests. */
interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql';

/** Why the tests against PostgreSQL are skipped, if they are. */
export const postgresMissing: string | undefined =
  binDirectory() === undefined
    ? 'PostgreSQL is not installed (Debian: apt-get install postgresql); its tests are skipped.'
    : undefined;

/** Switches off syncing, which makes commits survive a power cut but would take most of the time of other tests. */
const WITHOUT_SYNC = ['-c', 'fsync=off', '-c', 'full_page_writes=off'];

/**
 * Starts a server that listens on a free port of loopback only. PostgreSQL refuses to run as root. One that is not
 * `durable` is faster, and loses what it holds when it is killed.
 */
export async function startPostgres({ durable = true } = {}): Promise<PostgresServer> {
  const bin = binDirectory();
  if (bin === undefined) throw new Error(postgresMissing);
  const directory = mkdtempSync(join(tmpdir(), 'auscult-postgres-'));
  const user = unprivilegedUser();
  if (user) chownSync(directory, user.uid, user.gid);
  chmodSync(directory, 0o700);
  const cluster = join(directory, 'cluster');
  makeCluster(bin, cluster, user);
  const port = await freePort();
  let server: OwnedProcess | undefined;
  let databases = 0;

  const start = async (): Promise<void> => {
    server = spawnOwned(
      [
        join(bin, 'postgres'),
        ...['-D', cluster, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1'],
        ...(durable ? [] : WITHOUT_SYNC),
      ],
      { ...user, cwd: directory },
    );
    server.stdout.resume();
    server.stderr.resume();
    await until(() => isReady(bin, port));
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };

  await start();
  return {
    createDatabase: () => {
      databases += 1;
      const name = `records_${databases}`;
      const address = ['-h', '127.0.0.1', '-p', String(port), '-U', 'auscult'];
      execFileSync(join(bin, 'createdb'), [...address, name], { stdio: 'ignore' });
      return `postgres://auscult@127.0.0.1:${port}/${name}`;
    },
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Makes the files of a server. `initdb` takes a second of processor time, so it does this once in a run of the tests, and
 * they are copied from then on.
 */
function makeCluster(bin: string, cluster: string, user: PostgresUser | undefined): void {
  const shared = join(process.env['XDG_DATA_HOME'] ?? dirname(cluster), 'postgres-cluster');
  if (!existsSync(shared)) {
    const made = `${cluster}-made`;
    const options = ['-D', made, '-U', 'auscult', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    execFileSync(join(bin, 'initdb'), options, { ...user, cwd: dirname(cluster), stdio: 'ignore' });
    share(made, shared);
  }
  // Unlike `cpSync`, this keeps the owner.
  execFileSync('cp', ['-a', shared, cluster]);
}

/** Moves a folder to where other processes look for it, if none of them was faster. */
function share(made: string, shared: string): void {
  const copy = `${shared}-${process.pid}`;
  execFileSync('cp', ['-a', made, copy]);
  try {
    renameSync(copy, shared);
  } catch (error) {
    rmSync(copy, { recursive: true });
    if (!existsSync(shared)) throw error;
  }
}

function binDirectory(): string | undefined {
  if (!existsSync(DEBIAN_VERSIONS)) return undefined;
  return readdirSync(DEBIAN_VERSIONS)
    .map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
    .findLast((directory) => existsSync(join(directory, 'initdb')));
}

function unprivilegedUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function isReady(bin: string, port: number): boolean {
  try {
    execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
