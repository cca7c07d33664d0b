import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { answers } from './answers.js';
import { cliPath } from './cli-path.js';
import { settingsEnvironment } from './target.js';
import type { Program } from './part.js';

/** What a program needs to know of the run. */
export interface Place {
  readonly name: string;
  /** Its own; everything that it writes is below. */
  readonly folder: string;
  readonly port: number;
  readonly log: string;
  readonly onEnded: (status: string) => void;
  /** Variables with which its syncs can be slowed down. */
  readonly slowDisk: Readonly<Record<string, string>>;
}

/** Why no cluster can be started here; undefined if it can. */
export function clusterMissing(): string | undefined {
  if (process.platform !== 'linux') return 'it finds processes by /proc, which only Linux has';
  if (natsPath() === undefined) return 'it needs nats-server (Debian: apt-get install nats-server)';
  if (postgresFolder() === undefined) return 'it needs PostgreSQL (Debian: apt-get install postgresql)';
  return undefined;
}

/** nats-server with JetStream. `monitor`: the port at which it tells what it stores. */
export function natsProgram(place: Place, monitor: number): Program {
  const file = join(place.folder, 'nats.conf');
  writeFileSync(
    file,
    `host: "127.0.0.1"\nport: ${String(place.port)}\nhttp: "127.0.0.1:${String(monitor)}"\n` +
      `jetstream { store_dir: "${place.folder}" }\n`,
  );
  return {
    ...place,
    command: [natsPath() ?? '', '-c', file],
    environment: settingsEnvironment(),
    isReady: () => answers(`http://127.0.0.1:${String(monitor)}/healthz`),
  };
}

/** PostgreSQL with an empty database, and its address over `port`. It refuses to run as root. */
export function postgresProgram(place: Place): Program {
  const bin = postgresFolder() ?? '';
  const user = unprivilegedUser();
  if (user !== undefined) chownSync(place.folder, user.uid, user.gid);
  const cluster = join(place.folder, 'cluster');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', cluster, '-U', 'auscult', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...user, cwd: place.folder, stdio: 'ignore' },
  );
  const settings = ['listen_addresses=127.0.0.1', 'min_wal_size=32MB', 'max_wal_size=64MB'];
  return {
    ...place,
    ...(user && { user }),
    command: [
      join(bin, 'postgres'),
      ...['-D', cluster, '-p', String(place.port), '-k', place.folder],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    environment: { ...settingsEnvironment(), ...place.slowDisk },
    isReady: () => isPostgresReady(bin, place.port),
    // Unlike SIGKILL, it leaves no process and no shared memory behind. No file is written before the end, either.
    killSignal: 'SIGQUIT',
  };
}

/** Makes the database of the run. */
export function createDatabase(port: number): void {
  const bin = postgresFolder() ?? '';
  execFileSync(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'auscult', 'auscult'], {
    stdio: 'ignore',
  });
}

/** `auscult serve`, which runs no inference itself. */
export function serverProgram(place: Place, flags: readonly string[]): Program {
  const [temporary, data] = ['tmp', 'data'].map((name) => join(place.folder, name)) as [string, string];
  for (const folder of [temporary, data]) mkdirSync(folder, { recursive: true });
  return {
    ...place,
    command: auscult('serve', '--port', String(place.port), '--data-directory', data, ...flags),
    environment: { ...settingsEnvironment(), TMPDIR: temporary, ...place.slowDisk },
    isReady: () => answers(`http://127.0.0.1:${String(place.port)}/health/live`),
  };
}

/** `auscult work`, which only infers. */
export function machineProgram(place: Place, flags: readonly string[]): Program {
  const temporary = join(place.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    ...place,
    command: auscult('work', '--workers', '1', ...flags),
    environment: { ...settingsEnvironment(), TMPDIR: temporary },
    isReady: () => Promise.resolve(true),
  };
}

function auscult(command: string, ...flags: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, cliPath(), command, '--log-format', 'json', '--log-level', 'info', ...flags];
}

function natsPath(): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, 'nats-server'))
    .find((path) => existsSync(path));
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql';

function postgresFolder(): string | undefined {
  if (!existsSync(DEBIAN_VERSIONS)) return undefined;
  return readdirSync(DEBIAN_VERSIONS)
    .map((version) => join(DEBIAN_VERSIONS, version, 'bin'))
    .findLast((folder) => existsSync(join(folder, 'initdb')));
}

function unprivilegedUser(): Program['user'] {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function isPostgresReady(bin: string, port: number): Promise<boolean> {
  try {
    await promisify(execFile)(join(bin, 'pg_isready'), [
      '-q',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-t',
      '1',
    ]);
    return true;
  } catch {
    return false;
  }
}
