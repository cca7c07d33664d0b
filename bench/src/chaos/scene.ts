import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../server/free-port.js';
import { openBalancer } from './balancer.js';
import { createSlowDisks, mountSmallDisk, type SlowDisks, type SmallDisk } from './disks.js';
import { openLink, type Link } from './link.js';
import { createPart, type Part } from '../server/part.js';
import type { Targets } from './plan-faults.js';
import {
  createDatabase,
  machineProgram,
  natsProgram,
  postgresProgram,
  serverProgram,
  type Place,
} from '../server/programs.js';

/** How much there is. */
export interface SceneSize {
  readonly servers: number;
  readonly machines: number;
}

/** Everything that runs, and what can be done to it. */
export interface Scene {
  /** Everything that the parts write is below it. */
  readonly folder: string;
  /** Where clients connect: in front of all servers. */
  readonly url: string;
  readonly parts: ReadonlyMap<string, Part>;
  readonly servers: readonly ServerPlace[];
  readonly links: ReadonlyMap<string, Link>;
  readonly disks: ReadonlyMap<string, SmallDisk>;
  readonly slowDisks: SlowDisks | undefined;
  readonly targets: Targets;
  /** Where NATS tells what it stores. */
  readonly natsMonitor: string;
  /** What has been said by parts that are not possible here. */
  readonly notes: readonly string[];
  readonly start: () => Promise<void>;
  /** Ends whatever still runs, and removes the folder; if it is kept, what was on small disks is gone all the same. */
  readonly close: (isFolderKept: boolean) => Promise<void>;
}

/** A server and how it is reached without disturbances. */
export interface ServerPlace {
  readonly name: string;
  readonly httpUrl: string;
  readonly dataDirectory: string;
  /** Flags with the location of its data, for the command line. */
  readonly storage: readonly string[];
}

/** Sizes of disks, MiB: so large that they are full only when they are filled. */
const DISK_MIB = { server: 64, nats: 256, postgres: 384 } as const;

/** Everything but speed is as it is by default. */
const FLAGS = [
  ...['--model', 'moonshine-tiny'],
  // On a busy machine, sessions would be refused, and slow processes taken for ones that hang.
  ...['--worker-timeout-seconds', '20'],
] as const;
const SERVER_FLAGS = [
  ...['--inference', 'cluster', '--max-final-delay-seconds', '600', '--resume-seconds', '600'],
  ...['--max-transcription-jobs', '1000', '--transcriptions-at-a-time', '1', '--drain-seconds', '20'],
] as const;

/** Lays everything out in a new folder; nothing runs before `start`. `onEnded`: a part ended though nobody told it to. */
export async function openScene(
  { servers, machines }: SceneSize,
  onEnded: (part: string, status: string) => void,
): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-chaos-'));
  // PostgreSQL may run as somebody else.
  chmodSync(folder, 0o755);
  const slowDisks = createSlowDisks(folder);
  const parts = new Map<string, Part>();
  const links = new Map<string, Link>();
  const disks = new Map<string, SmallDisk>();

  const placeOf = async (name: string, mebibytes: number | undefined): Promise<Place> => {
    const own = join(folder, name);
    mkdirSync(own);
    const disk = mebibytes === undefined ? undefined : mountSmallDisk(own, mebibytes);
    if (disk !== undefined) disks.set(name, disk);
    return {
      name,
      folder: own,
      port: await freePort(),
      log: join(folder, `${name}.log`),
      slowDisk: slowDisks?.environment(name) ?? {},
      onEnded: (status) => {
        onEnded(name, status);
      },
    };
  };
  const linkOf = async (from: string, to: string, port: number): Promise<number> => {
    const link = await openLink(port);
    links.set(`${from}–${to}`, link);
    return link.port;
  };
  const namesOf = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => `${name}-${String.fromCharCode(97 + index)}`);

  const natsPlace = await placeOf('nats', DISK_MIB.nats);
  const monitor = await freePort();
  parts.set('nats', createPart(natsProgram(natsPlace, monitor)));
  const postgresPlace = await placeOf('postgres', DISK_MIB.postgres);
  parts.set('postgres', createPart(postgresProgram(postgresPlace)));

  const masterKey = join(folder, 'master.key');
  writeFileSync(masterKey, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const serverNames = namesOf(servers, 'server');
  const serverPlaces: ServerPlace[] = [];
  for (const name of serverNames) {
    const place = await placeOf(name, DISK_MIB.server);
    const database = await linkOf(name, 'postgres', postgresPlace.port);
    const cluster = await linkOf(name, 'nats', natsPlace.port);
    await linkOf('clients', name, place.port);
    const storage = (port: number) => [
      ...[
        '--database',
        `postgres://auscult@127.0.0.1:${String(port)}/auscult`,
        '--master-key-file',
        masterKey,
      ],
    ];
    const flags = ['--cluster', natsAddress(cluster), '--server-name', name, ...storage(database)];
    parts.set(name, createPart(serverProgram(place, [...FLAGS, ...SERVER_FLAGS, ...flags])));
    const dataDirectory = join(place.folder, 'data');
    serverPlaces.push({
      name,
      httpUrl: `http://127.0.0.1:${String(place.port)}`,
      dataDirectory,
      storage: ['--data-directory', dataDirectory, ...storage(postgresPlace.port)],
    });
  }
  const machineNames = namesOf(machines, 'machine');
  for (const name of machineNames) {
    const place = await placeOf(name, undefined);
    const cluster = await linkOf(name, 'nats', natsPlace.port);
    const flags = ['--cluster', natsAddress(cluster), '--server-name', name];
    parts.set(name, createPart(machineProgram(place, [...FLAGS, ...flags])));
  }
  const balancer = await openBalancer(serverNames.flatMap((name) => links.get(`clients–${name}`) ?? []));

  const startAll = (some: readonly string[]): Promise<unknown> =>
    Promise.all(some.flatMap((name) => parts.get(name)?.start() ?? []));
  let isOver = false;
  const killAll = (): Promise<unknown> => Promise.all([...parts.values()].map((part) => part.kill()));
  const unmountAll = (): void => {
    for (const disk of disks.values()) disk.unmount();
  };
  // Nothing of a run outlives the benchmark.
  process.once('exit', () => {
    void killAll();
    unmountAll();
    if (!isOver) rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

  const names = [...parts.keys()];
  const between = [...links.keys()];
  const synced = slowDisks === undefined ? [] : [...serverNames, 'postgres'];
  const fillable = [...disks.keys()];
  return {
    folder,
    url: `http://127.0.0.1:${String(balancer.port)}`,
    parts,
    servers: serverPlaces,
    links,
    disks,
    slowDisks,
    natsMonitor: `http://127.0.0.1:${String(monitor)}`,
    targets: {
      kill: names,
      pause: names,
      cut: between,
      stall: between,
      slow: between,
      'full-disk': fillable,
      'slow-disk': synced,
    },
    notes: [
      ...(fillable.length === 0 ? ['no disk is filled: only root can mount a small one'] : []),
      ...(synced.length === 0 ? ['no disk is slow: that takes a C compiler, cc'] : []),
    ],
    start: async () => {
      await startAll(['nats', 'postgres']);
      createDatabase(postgresPlace.port);
      // One after the other, since the first one makes the tables.
      for (const name of serverNames) await parts.get(name)?.start();
      await startAll(machineNames);
    },
    close: async (isFolderKept) => {
      isOver = true;
      balancer.close();
      for (const link of links.values()) link.close();
      await killAll();
      unmountAll();
      if (!isFolderKept) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function natsAddress(port: number): string {
  return `nats://127.0.0.1:${String(port)}`;
}
