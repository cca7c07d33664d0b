import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBackup } from '../../src/backup/create-backup.js';
import { readBackup } from '../../src/backup/backup-file.js';
import { readDestroyedSince } from '../../src/backup/destroyed-since.js';
import { restoreBackup } from '../../src/backup/restore-backup.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { DatabaseSettings } from '../../src/db/database.js';
import { rewrapDataKeys } from '../../src/records/data-keys.js';
import { readKeyCopy } from '../../src/records/key-copies/key-copy.js';
import { createMasterKeyFile, prependMasterKey } from '../../src/records/master-keys.js';
import { expireRecords } from '../../src/retention/expire.js';
import { parsePolicies } from '../../src/retention/policies.js';
import { openStorage, type Storage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { as, isKilled, simulateProcesses, type FilesOfProcess } from '../support/crashing-files.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { DR_LEE, recordSession } from '../support/storage.js';

/** Something that is done to records by the server or on the command line. Records are named by their numbers. */
type Step =
  | { readonly kind: 'record' }
  | { readonly kind: 'destroy' | 'hold' | 'release'; readonly record: number; readonly by: Place }
  | { readonly kind: 'expire' | 'backup' | 'rotate'; readonly by: Place }
  /** Somebody removes the copy of data keys. */
  | { readonly kind: 'carry' }
  /** The process is killed after so many further operations on files, in the middle of whatever it does then. */
  | { readonly kind: 'kill'; readonly by: Place; readonly steps: number };

type Place = 'server' | 'command';

/** Steps, one after the other, each with the actions that are done at the same time. */
interface History {
  readonly rounds: readonly (readonly Step[])[];
  readonly seed: number;
}

const place = fc.constantFrom<Place>('server', 'command');
const record = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('record' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('destroy' as const), record, by: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const), record, by: place }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('backup' as const), by: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('expire' as const, 'rotate' as const), by: place }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('carry' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), by: place, steps: fc.nat({ max: 60 }) }),
  },
);
const history: fc.Arbitrary<History> = fc.record({
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 }),
  seed: fc.nat(),
});

/** How many histories are tested, and how. */
interface Amount {
  /** On the embedded database. */
  readonly histories: number;
  /** On PostgreSQL, on which each takes several times as long. */
  readonly historiesOnPostgres: number;
  /** How many worlds run at the same time, since histories mostly wait. */
  readonly worldsAtATime: number;
}

/** One history in this many really restores its backups; the others only read what would be restored. */
const RESTORED = 10;

/** Tests so many histories that are drawn by chance. */
export function testHistories({ histories, historiesOnPostgres, worldsAtATime }: Amount): void {
  describe('records that are destroyed in any interleaving with backups, holds, rotations and kills', () => {
    let endSimulation: () => void;
    beforeAll(() => {
      endSimulation = simulateProcesses();
    });
    afterAll(() => {
      endSimulation();
    });

    test(
      'are never restored, and all others are, on the embedded database',
      { timeout: timeoutOf(histories) },
      async () => {
        const folder = memoryFolder();
        try {
          await check(histories, worldsAtATime, () => worldIn(folder, undefined));
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );

    describe.skipIf(postgresMissing !== undefined || historiesOnPostgres === 0)('with PostgreSQL', () => {
      let server: PostgresServer | undefined;
      beforeAll(async () => {
        server = await startPostgres({ durable: false });
      });
      afterAll(() => server?.stop());

      test(
        'are never restored, and all others are, on PostgreSQL',
        { timeout: timeoutOf(histories) },
        async () => {
          const folder = memoryFolder();
          try {
            await check(historiesOnPostgres, worldsAtATime, () => worldIn(folder, server?.createDatabase()));
          } finally {
            rmSync(folder, { recursive: true, force: true });
          }
        },
      );
    });
  });
}

/** How long a test of so many histories may take, milliseconds. */
function timeoutOf(histories: number): number {
  return 60_000 + histories * 5000;
}

/** Histories share a database, since making one takes longer than a history. */
const HISTORIES_A_WORLD = 50;

async function check(histories: number, worldsAtATime: number, newWorld: () => World): Promise<void> {
  const each = Math.ceil(histories / worldsAtATime);
  await Promise.all(Array.from({ length: worldsAtATime }, (_, index) => checkInTurn(each, newWorld, index)));
}

async function checkInTurn(histories: number, newWorld: () => World, index: number): Promise<void> {
  let world: World | undefined;
  let count = 0;
  const leave = async (): Promise<void> => {
    const leaving = world;
    world = undefined;
    if (leaving !== undefined) await end(leaving);
  };
  try {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        if (count % HISTORIES_A_WORLD === 0) await leave();
        world ??= newWorld();
        count += 1;
        try {
          await live(world, drawn, count % RESTORED === 0);
        } catch (error) {
          await leave();
          throw error;
        }
      }),
      { numRuns: histories, endOnFailure: histories > 100, ...seeded(index) },
    );
  } finally {
    await leave();
  }
}

async function end({ folder, running }: World): Promise<void> {
  for (const { storage } of running.values()) await storage.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Others in each world. */
function seeded(index: number): { readonly seed?: number } {
  const { seed } = fc.readConfigureGlobal();
  return seed === undefined ? {} : { seed: seed + index };
}

/** The files and the database on which processes start and end. */
interface World {
  readonly settings: DatabaseSettings;
  readonly folder: string;
  readonly keyCopy: string;
  readonly masterKey: string;
  readonly name: () => string;
  readonly running: Map<Place, Running>;
  /** Records that were refused while the database was busy. All, some or nothing of them may exist. */
  readonly refused: Set<string>;
}

let worlds = 0;

function worldIn(parent: string, database: string | undefined): World {
  const number = worlds++;
  const folder = join(parent, String(number));
  let names = 0;
  return {
    settings: { dataDirectory: join(folder, 'data'), database },
    folder,
    keyCopy: join(folder, 'keys', 'data-keys.json'),
    masterKey: join(folder, 'data', 'master.key'),
    name: () => `s${number}-${names++}`,
    running: new Map(),
    refused: new Set(),
  };
}

function memoryFolder(): string {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  return mkdtempSync(join(parent, 'auscult-histories-'));
}

interface Running {
  readonly storage: Storage;
  readonly files: FilesOfProcess;
}

/** The records of a history, by what must be true of them. */
interface Model {
  readonly ids: string[];
  /** Records whose destruction was confirmed to somebody. */
  readonly gone: Set<string>;
  /** Records whose destruction was requested, but failed or got no answer. */
  readonly asked: Set<string>;
  /** Records under hold since an earlier round. */
  readonly held: Set<string>;
  readonly backups: { readonly path: string; readonly before: readonly string[] }[];
  readonly carried: string[];
}

async function live(world: World, { rounds, seed }: History, isRestored: boolean): Promise<void> {
  const random = randomFrom(seed);
  const model: Model = {
    ids: [],
    gone: new Set(),
    asked: new Set(),
    held: new Set(),
    backups: [],
    carried: [],
  };
  const { running } = world;
  await startWhatDoesNotRun(world, random);
  await Promise.all([1, 2, 3].map(() => take({ kind: 'record' }, world, model, running)));
  for (const round of rounds) {
    const outcomes = await Promise.allSettled(round.map((each) => take(each, world, model, running)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    await startWhatDoesNotRun(world, random);
    await expectGone(world, model, [...running.values()]);
    for (const each of round)
      if (each.kind === 'hold' || each.kind === 'release') await noteHold(model, running, each.record);
  }
  for (const { files } of running.values()) files.stepsLeft = Infinity;
  await expectWhatIsLeft(world, model, isRestored);
}

async function startWhatDoesNotRun(world: World, random: () => number): Promise<void> {
  for (const by of ['server', 'command'] as const) {
    const there = world.running.get(by);
    if (there !== undefined && !isKilled(there.files)) continue;
    world.running.delete(by);
    await there?.storage.close();
    world.running.set(by, await start(world, random));
  }
}

/** A process starts with what a crash left to it. */
async function start(world: World, random: () => number): Promise<Running> {
  const files = { stepsLeft: Infinity, hesitation: () => Math.floor(random() * 3) };
  const { dataDirectory, database } = world.settings;
  const flags = {
    dataDirectory,
    dataKeyCopy: world.keyCopy,
    masterKeyFile: world.masterKey,
    database,
  };
  createMasterKeyFile(world.masterKey);
  const storage = await as(files, () =>
    openStorage(loadConfig({ flags, environment: {} }), createLog({ logLevel: 'silent', logFormat: 'json' })),
  );
  await as(files, () => storage.keyCopies.settle());
  return { storage, files };
}

async function take(
  taken: Step,
  world: World,
  model: Model,
  running: ReadonlyMap<Place, Running>,
): Promise<void> {
  const { storage, files } = of(running, 'by' in taken ? taken.by : 'server');
  await as(files, async () => {
    switch (taken.kind) {
      case 'record': {
        const id = world.name();
        if (await unlessRefused(recordSession(storage, id, [`${id} hurts`]))) model.ids.push(id);
        else world.refused.add(id);
        return;
      }
      case 'destroy': {
        const id = model.ids[taken.record];
        if (id === undefined) return;
        model.asked.add(id);
        const isHeld = model.held.has(id);
        const answer = await storage.records.destroy([id], DR_LEE).then(
          () => 'gone',
          (error: unknown) => (error as { code?: string }).code,
        );
        if (answer !== 'gone') return;
        expect(isHeld).toBe(false);
        model.gone.add(id);
        expect(await keysInFiles(world, [id])).toEqual([]);
        return;
      }
      case 'hold':
      case 'release': {
        const id = model.ids[taken.record];
        if (id !== undefined)
          await storage.records.hold(id, taken.kind === 'hold', DR_LEE).catch(() => undefined);
        return;
      }
      case 'expire': {
        for (const id of model.ids) model.asked.add(id);
        const now = new Date(Date.now() + 1000);
        const outcome = await expireRecords(storage, parsePolicies(['*=0']), {
          actor: DR_LEE,
          dryRun: false,
          now,
        }).catch(() => undefined);
        for (const { id } of outcome?.destroyed ?? []) model.gone.add(id);
        return;
      }
      case 'backup': {
        const path = join(world.folder, `backup-${world.name()}`);
        const before = [...model.ids];
        const isMade = await createBackup(storage, { path, actor: DR_LEE }).then(
          () => true,
          () => false,
        );
        if (isMade) model.backups.push({ path, before });
        return;
      }
      case 'rotate': {
        await rotate(world, storage).catch(() => undefined);
        return;
      }
      case 'carry': {
        const path = join(world.folder, `carried-${world.name()}`);
        if (!existsSync(world.keyCopy)) return;
        await copyFile(world.keyCopy, path);
        model.carried.push(path);
        return;
      }
      case 'kill': {
        files.stepsLeft = Math.min(files.stepsLeft, taken.steps + 1);
      }
    }
  });
}

/** Whether it was done; false if it was refused because another process keeps the database busy. */
async function unlessRefused(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'records_unavailable') return false;
    throw error;
  }
}

/** As `auscult master-key rotate` does. */
async function rotate({ masterKey }: World, { database, masterKeys }: Storage): Promise<void> {
  await prependMasterKey(masterKey);
  await masterKeys.reload();
  await rewrapDataKeys(database, masterKeys);
}

function of(running: ReadonlyMap<Place, Running>, by: Place): Running {
  const found = running.get(by);
  if (found === undefined) throw new TypeError('the process does not run');
  return found;
}

async function noteHold(model: Model, running: ReadonlyMap<Place, Running>, index: number): Promise<void> {
  const id = model.ids[index];
  if (id === undefined) return;
  const summary = await of(running, 'server').storage.records.summary(id);
  if (summary?.held === true) model.held.add(id);
  else model.held.delete(id);
}

/** Expects that no trace is found of records that somebody was told are gone. */
async function expectGone(world: World, { gone }: Model, running: readonly Running[]): Promise<void> {
  for (const { storage } of running)
    for (const id of gone) expect(await storage.records.summary(id)).toBeUndefined();
  expect(await keysInFiles(world, [...gone])).toEqual([]);
}

/** The names of files that hold keys of these sessions: the copy, and what a crash left of one. */
async function keysInFiles({ keyCopy }: World, ids: readonly string[]): Promise<readonly string[]> {
  const folder = join(keyCopy, '..');
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  for (const name of readdirSync(folder)) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    for (const id of ids) if (text.includes(`"${id}":{`)) found.push(`${name} has ${id}`);
  }
  return found;
}

async function expectWhatIsLeft(world: World, model: Model, isRestored: boolean): Promise<void> {
  const { storage } = of(world.running, 'server');
  await storage.keyCopies.settle();
  try {
    const alive = await aliveIn(storage, model.ids);
    for (const id of model.ids) {
      if (model.gone.has(id)) expect(alive).not.toContain(id);
      else if (!model.asked.has(id)) expect(alive).toContain(id);
    }
    expect(
      await keysInFiles(
        world,
        model.ids.filter((id) => !alive.includes(id)),
      ),
    ).toEqual([]);
    const since = await readDestroyedSince(
      { named: [], folders: [world.settings.dataDirectory, join(world.keyCopy, '..')] },
      storage.masterKeys,
    );
    for (const backup of model.backups) {
      const held = (await heldIn(backup.path, storage)).filter((id) => !world.refused.has(id));
      const expected = held.filter((id) => alive.includes(id));
      expect(held).toEqual(expect.arrayContaining(backup.before.filter((id) => alive.includes(id))));
      expect(await readable(held, world.keyCopy, since.sessions)).toEqual(expected);
      for (const carried of model.carried)
        for (const id of await readable(held, carried, since.sessions)) expect(alive).toContain(id);
      if (isRestored) await expectRestored(world, backup, storage, since.sessions, expected, model);
    }
  } finally {
    // Removes what is left, so that it does not become part of the next history.
    let left = await aliveIn(storage, model.ids);
    while (left.length > 0) {
      await unlessRefused(destroyForGood(storage, left));
      left = await aliveIn(storage, model.ids);
    }
    for (const path of [...model.backups.map(({ path: of }) => of), ...model.carried]) rmSync(path);
  }
}

async function destroyForGood({ records }: Storage, ids: readonly string[]): Promise<void> {
  for (const id of ids) await records.hold(id, false, DR_LEE);
  await records.destroy(ids, DR_LEE);
}

/** Those that are there: whole, or where they were still being recorded with nothing in them. */
async function aliveIn(
  { records }: Storage,
  ids: readonly string[],
  recorded = ids,
): Promise<readonly string[]> {
  const alive: string[] = [];
  for (const id of ids) {
    if ((await records.summary(id)) === undefined) continue;
    const { segments } = await records.read(id, DR_LEE);
    const texts = segments.map(({ versions: [{ text }] }) => text);
    if (recorded.includes(id) || texts.length > 0) expect(texts).toEqual([`${id} hurts`]);
    alive.push(id);
  }
  return alive;
}

async function heldIn(path: string, { masterKeys }: Storage): Promise<readonly string[]> {
  const { rows } = await readBackup(path, masterKeys);
  const ids: string[] = [];
  for await (const { table, row } of rows) {
    expect(table).not.toBe('data_keys');
    if (table === 'sessions') ids.push(String(row['id']));
  }
  return ids.sort();
}

async function readable(
  ids: readonly string[],
  keyCopy: string,
  destroyed: ReadonlySet<string>,
): Promise<readonly string[]> {
  const copy = await readKeyCopy(keyCopy);
  return ids.filter((id) => copy.keys.has(id) && !destroyed.has(id));
}

async function expectRestored(
  world: World,
  { path, before }: Model['backups'][number],
  { masterKeys }: Storage,
  destroyed: ReadonlySet<string>,
  expected: readonly string[],
  { ids }: Model,
): Promise<void> {
  const dataDirectory = join(world.folder, `restored-${world.name()}`);
  const settings = { dataDirectory, database: undefined };
  await restoreBackup(settings, masterKeys, {
    path,
    keyCopy: world.keyCopy,
    destroyed,
    access: { kind: 'revoke' },
  });
  const flags = { dataDirectory, masterKeyFile: world.masterKey };
  const config = loadConfig({ flags, environment: {} });
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }));
  try {
    expect([...(await aliveIn(storage, ids, before))].sort()).toEqual(expected);
    for (const name of readdirSync(dataDirectory))
      if (name.startsWith('auscult.db'))
        for (const id of ids.filter((each) => !expected.includes(each)))
          expect(readFileSync(join(dataDirectory, name)).includes(`${id} hurts`)).toBe(false);
  } finally {
    await storage.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
