import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/databases.js';
import { until } from '../support/until.js';
import { numbered, openTestJournal } from './journals.js';

const SECOND = 16_000;

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('Only root can mount a small disk; the test of a full one is skipped.');

test.skipIf(!isRoot)(
  'a full disk keeps no more audio, and goes on from there when there is room',
  async () => {
    const disk = mountSmallDisk('1m');
    const filling = join(disk, 'other files');
    const failures: (string | undefined)[] = [];
    const directory = join(disk, 'journal');
    const journal = openTestJournal(directory, { onTrouble: (failure) => failures.push(failure) });
    const [id, key] = [randomUUID(), randomBytes(32)];
    const session = journal.open({ id, key });
    session.append(0, numbered(0, SECOND));
    await session.flushed();
    expect(session.durableSamples(0)).toBe(SECOND);
    fill(filling);
    session.append(0, numbered(SECOND, 2 * SECOND));
    await session.flushed();
    expect(session.durableSamples(0)).toBe(SECOND);
    expect(failures).toEqual(['ENOSPC']);
    rmSync(filling);
    await until(() => session.durableSamples(0) === 3 * SECOND);
    expect(failures).toEqual(['ENOSPC', undefined]);
    // What was half written is no damage, and nothing is there twice.
    const next = openTestJournal(directory);
    const left = (await next.left({ isAlive: () => false })).find((each) => each.id === id);
    const content = await left?.read(key);
    expect(content?.damagedRecords).toBe(0);
    const samples = content?.channels[0]?.pieces.reduce((sum, piece) => sum + piece.samples.length, 0);
    expect(samples).toBe(3 * SECOND);
  },
);

function mountSmallDisk(size: string): string {
  const folder = join(temporaryDirectory(), 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'none', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

/** Writes until nothing fits any more. */
function fill(path: string): void {
  for (const bytes of [65_536, 4096, 1])
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // It is full.
    }
}
