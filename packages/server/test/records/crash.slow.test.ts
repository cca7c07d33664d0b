import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.js';
import type { DatabaseSettings } from '../../src/db/database.js';
import { describeDatabases } from '../support/databases.js';
import { DR_LEE, openTestStorage } from '../support/storage.js';

const FINALS = 1000;
/** How many finals the process reports as on disk before it is killed. */
const ENOUGH = 300;

const DIST = pathToFileURL(resolve(import.meta.dirname, '../../dist')).href;

/** Records finals, as many at a time as sessions would, and prints the number of each once it is on disk. */
const WRITER = `
import { openStorage } from '${DIST}/storage/open-storage.js';
import { loadConfig } from '${DIST}/config/load-config.js';
import { createLog } from '${DIST}/telemetry/log.js';
const flags = JSON.parse(process.argv[1]);
const storage = await openStorage(loadConfig({ flags, environment: {} }), createLog({ logLevel: 'silent', logFormat: 'json' }));
const who = { tenant: 'default', subject: 'dr-lee', kind: 'user', role: 'clinician' };
const open = (id) => storage.records.open({ id, actor: { who, from: undefined }, groups: [], model: 'm', kind: 'live', description: { language: 'en', channels: 1, task: 'transcribe' } });
const writers = await Promise.all(['a', 'b', 'c', 'd'].map(open));
for (let place = 0; place < ${FINALS} / writers.length; place++) {
  await Promise.all(writers.map(async (writer, index) => {
    const text = 'final ' + place;
    await writer.commit({ channel: 0, text, start: place, end: place + 1, confidence: 1, language: 'en', words: [] });
    process.stdout.write('abcd'[index] + ' ' + place + '\\n');
  }));
}`;

describeDatabases('a server that is killed', ({ kind, settings, server }) => {
  test('has every final that it reported on disk, and a whole audit log', async () => {
    const place = settings();
    const told = await killedWriter(place);
    expect(told.length).toBeGreaterThanOrEqual(ENOUGH);
    const storage = await openTestStorage(place);
    for (const id of ['a', 'b', 'c', 'd']) {
      const record = await storage.records.read(id, DR_LEE);
      const texts = record.segments.map(({ versions }) => versions[0].text);
      expect(texts).toEqual(Array.from(texts, (_, index) => `final ${index}`));
      expect(record.finals).toBeGreaterThan(
        Math.max(...told.filter(([of]) => of === id).map(([, number]) => number)),
      );
    }
    expect(await verifyAudit(storage.database)).toMatchObject({ problems: [] });
  });

  test.skipIf(kind === 'sqlite')('has them also when PostgreSQL is killed at the same time', async () => {
    const place = settings();
    const told = await killedWriter(place, () => server().kill());
    await server().start();
    const storage = await openTestStorage(place);
    for (const [id, number] of told.slice(-4)) {
      const record = await storage.records.read(id, DR_LEE);
      expect(record.segments[number]?.versions[0].text).toBe(`final ${number}`);
    }
    expect(await verifyAudit(storage.database)).toMatchObject({ problems: [] });
  });
});

/** Starts a writer and kills it in the middle. Resolves with what it told: session and place. */
async function killedWriter(
  { dataDirectory, database }: DatabaseSettings,
  alsoKill: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly (readonly [string, number])[]> {
  const flags = { dataDirectory, database };
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, JSON.stringify(flags)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const told: (readonly [string, number])[] = [];
  let killing: Promise<void> | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [id = '', number] = line.split(' ');
    told.push([id, Number(number)]);
    if (told.length < ENOUGH || killing) continue;
    killing = alsoKill();
    child.kill('SIGKILL');
  }
  await exited;
  await killing;
  return told;
}
