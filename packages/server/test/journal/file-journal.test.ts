import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AudioJournal, LeftSession } from '../../src/journal/journal.js';
import { after } from '../../src/recovery/left-audio.js';
import { temporaryDirectory } from '../support/databases.js';
import { until } from '../support/until.js';
import { bytesIn, NOBODY_LIVES, numbered, openTestJournal, segmentsIn, snapshotOf } from './journals.js';

const SECOND = 16_000;

test('what was taken is there after the process, with the snapshot, and opens only with the key', async () => {
  const directory = temporaryDirectory();
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = openTestJournal(directory).open({ id, key });
  session.describe(snapshotOf(id, ['Okonkwo']));
  session.append(0, numbered(0, SECOND));
  session.append(1, numbered(5, 100));
  expect(session.durableSamples(0)).toBe(0);
  await session.flushed();
  expect([session.durableSamples(0), session.durableSamples(1)]).toEqual([SECOND, 100]);

  const left = await leftOf(directory, id);
  const content = await left.read(key);
  expect(content.snapshot).toEqual(JSON.parse(JSON.stringify(snapshotOf(id, ['Okonkwo']))));
  expect(content.channels.map(({ channel, pieces }) => [channel, textOf(pieces)])).toEqual([
    [0, textOf([{ from: 0, samples: integers(0, SECOND) }])],
    [1, textOf([{ from: 0, samples: integers(5, 100) }])],
  ]);
  expect(await left.read(randomBytes(32))).toMatchObject({ channels: [], snapshot: undefined });
});

test('neither audio nor key terms can be read on disk', async () => {
  const directory = temporaryDirectory();
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = openTestJournal(directory).open({ id, key });
  session.describe(snapshotOf(id, ['Okonkwo']));
  session.append(0, new Float32Array(SECOND).fill(0.5));
  await session.flushed();
  const bytes = bytesIn(directory);
  expect(bytes.length).toBeGreaterThan(2 * SECOND);
  expect(bytes.includes('Okonkwo')).toBe(false);
  expect(bytes.includes(Buffer.from(new Int16Array(8).fill(16_384).buffer))).toBe(false);
});

test('settled audio is destroyed soon, and what other sessions wait for in the same file is kept', async () => {
  const directory = temporaryDirectory();
  const journal = openTestJournal(directory);
  const [one, other] = [randomUUID(), randomUUID()];
  const keys = { one: randomBytes(32), other: randomBytes(32) };
  const speaking = journal.open({ id: one, key: keys.one });
  const waiting = journal.open({ id: other, key: keys.other });
  speaking.append(0, numbered(0, SECOND));
  waiting.append(0, numbered(7, SECOND));
  await Promise.all([speaking.flushed(), waiting.flushed()]);
  const [former] = segmentsIn(directory);
  const salted = readFileSync(former ?? '');
  speaking.settle(0, SECOND);
  await until(() => !segmentsIn(directory).includes(former ?? ''));
  expect(salted.length).toBeGreaterThan(4 * SECOND);

  const left = await openTestJournal(directory).left(NOBODY_LIVES);
  expect(left.map(({ id }) => id)).toEqual([other]);
  const content = await left[0]?.read(keys.other);
  expect(textOf(content?.channels[0]?.pieces ?? [])).toBe(
    textOf([{ from: 0, samples: integers(7, SECOND) }]),
  );
});

test('whoever waits for the disk goes on when the session ends meanwhile', async () => {
  const journal = openTestJournal(temporaryDirectory());
  const session = journal.open({ id: randomUUID(), key: randomBytes(32) });
  session.append(0, numbered(0, SECOND));
  const first = session.flushed();
  session.append(0, numbered(1, SECOND));
  const second = session.flushed();
  session.end();
  await Promise.all([first, second]);
});

test('nothing is left of a session that has ended', async () => {
  const directory = temporaryDirectory();
  const journal = openTestJournal(directory);
  const id = randomUUID();
  const session = journal.open({ id, key: randomBytes(32) });
  session.describe(snapshotOf(id));
  session.append(0, numbered(0, SECOND));
  await session.flushed();
  session.end();
  await journal.destroy([id]);
  expect(segmentsIn(directory)).toEqual([]);
  expect(journal.status()).toEqual({ waitingBytes: 0, keptBytes: 0, unsettledSeconds: 0 });
});

test('audio that is settled before it is written is not written', async () => {
  const directory = temporaryDirectory();
  const session = openTestJournal(directory).open({ id: randomUUID(), key: randomBytes(32) });
  session.append(0, numbered(0, SECOND));
  session.settle(0, SECOND);
  await session.flushed();
  expect(session.durableSamples(0)).toBe(SECOND);
  expect(segmentsIn(directory)).toEqual([]);
});

test('what is settled without text is destroyed only once that is noted, and the note stays', async () => {
  const directory = temporaryDirectory();
  const journal = openTestJournal(directory);
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = journal.open({ id, key });
  session.append(0, numbered(0, 2 * SECOND));
  await session.flushed();
  session.settle(0, 2 * SECOND, SECOND);
  expect(session.settledSamples(0)).toBe(SECOND);
  await session.flushed();
  expect(session.settledSamples(0)).toBe(2 * SECOND);
  // The heads of a file take 8 KiB.
  await until(() => bytesIn(directory).length < 12_000);
  const content = await (await leftOf(directory, id)).read(key);
  expect(content.channels).toEqual([{ channel: 0, settled: 2 * SECOND, pieces: [] }]);
});

test('whoever goes on knows as much as was told, and misses nothing, whenever the process ends', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), samples: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ kind: fc.constant('settle' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('record' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constantFrom('write' as const, 'clean' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(500), fc.array(step, { maxLength: 25 }), async (from, steps) => {
      const directory = temporaryDirectory();
      const journal = openTestJournal(directory);
      const [id, key] = [randomUUID(), randomBytes(32)];
      const session = journal.open({ id, key, from: [from] });
      let [end, settled, recorded] = [from, from, from];
      for (const next of steps) {
        if (next.kind === 'append') {
          session.append(0, numbered(end, next.samples));
          end += next.samples;
        } else if ('share' in next) {
          settled += Math.floor((end - settled) * next.share);
          if (next.kind === 'record') recorded = settled;
          session.settle(0, settled, recorded);
        } else if (next.kind === 'write') await session.flushed();
        else await cleaned(journal);
      }
      const told = { durable: session.durableSamples(0), settled: session.settledSamples(0) };
      const [left] = await openTestJournal(directory).left(NOBODY_LIVES);
      const [channel] = (await left?.read(key))?.channels ?? [];
      const known = Math.max(recorded, channel?.settled ?? 0);
      const pieces = after(channel?.pieces ?? [], known);
      const reached = pieces.reduce((at, piece) => {
        expect(piece.from).toBe(at);
        return at + piece.samples.length;
      }, known);
      expect(known).toBeGreaterThanOrEqual(told.settled);
      expect(reached).toBeGreaterThanOrEqual(told.durable);
    }),
    { numRuns: 40 },
  );
});

/** Has every file written anew that holds what is not needed. */
async function cleaned(journal: AudioJournal): Promise<void> {
  const other = { id: randomUUID(), key: randomBytes(32) };
  const session = journal.open(other);
  session.append(0, numbered(0, 1));
  await session.flushed();
  session.end();
  await journal.destroy([other.id]);
}

test('a session of a server that lives is left to it, and one that was claimed is claimed by nobody else', async () => {
  const directory = temporaryDirectory();
  const first = openTestJournal(directory);
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = first.open({ id, key });
  session.append(0, numbered(0, SECOND));
  await session.flushed();
  const [one, other] = [openTestJournal(directory), openTestJournal(directory)];
  expect(await one.left({ isAlive: (server) => server === first.serverId })).toEqual([]);
  const isAlive = (server: string): boolean => server !== first.serverId;
  const claims = await Promise.all([one.left({ isAlive }), other.left({ isAlive })]);
  expect(claims.flat().map((left) => left.id)).toEqual([id]);
});

test('discarding one session of a server that is gone keeps the others, and the last takes the files with it', async () => {
  const directory = temporaryDirectory();
  const journal = openTestJournal(directory);
  const sessions = ['a', 'b'].map(() => ({ id: randomUUID(), key: randomBytes(32) }));
  for (const { id, key } of sessions) {
    const session = journal.open({ id, key });
    session.append(0, numbered(3, SECOND));
    await session.flushed();
  }
  const left = await openTestJournal(directory).left(NOBODY_LIVES);
  const keyOf = (id: string): Buffer => sessions.find((one) => one.id === id)?.key ?? Buffer.alloc(32);
  for (const one of left) await one.read(keyOf(one.id));
  const before = segmentsIn(directory);
  await left[0]?.discard();
  expect(segmentsIn(directory).filter((path) => before.includes(path))).toEqual([]);
  const rest = await left[1]?.read(keyOf(left[1].id));
  expect(textOf(rest?.channels[0]?.pieces ?? [])).toBe(textOf([{ from: 0, samples: integers(3, SECOND) }]));
  await left[1]?.discard();
  expect(segmentsIn(directory)).toEqual([]);
});

test('a disk that cannot be written is reported once; what waits is written when it can be', async () => {
  const directory = temporaryDirectory();
  const blocked = join(directory, 'journal');
  writeFileSync(blocked, 'no folder');
  const failures: (string | undefined)[] = [];
  const told: (string | undefined)[] = [];
  const journal = openTestJournal(blocked, { onTrouble: (failure) => failures.push(failure) });
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = journal.open({ id, key, onTrouble: (failure) => told.push(failure) });
  session.append(0, numbered(0, SECOND));
  await session.flushed();
  session.append(0, numbered(SECOND, SECOND));
  await session.flushed();
  expect(session.durableSamples(0)).toBe(0);
  expect(failures).toEqual(['ENOTDIR']);
  rmSync(blocked);
  await until(() => session.durableSamples(0) === 2 * SECOND);
  expect(failures).toEqual(['ENOTDIR', undefined]);
  expect(told).toEqual(failures);
  const content = await (await leftOf(blocked, id)).read(key);
  expect(textOf(content.channels[0]?.pieces ?? [])).toBe(
    textOf([{ from: 0, samples: integers(0, 2 * SECOND) }]),
  );
});

test('audio for which there is no room is told, and not called durable before it is settled', async () => {
  const directory = temporaryDirectory();
  const failures: (string | undefined)[] = [];
  const journal = openTestJournal(directory, {
    mostWaitingBytes: 2 * SECOND,
    onTrouble: (failure) => failures.push(failure),
  });
  const session = journal.open({ id: randomUUID(), key: randomBytes(32) });
  session.append(0, numbered(0, SECOND));
  session.append(0, numbered(SECOND, SECOND));
  expect(failures).toEqual(['SLOW']);
  await session.flushed();
  session.append(0, numbered(2 * SECOND, SECOND));
  await session.flushed();
  expect(session.durableSamples(0)).toBe(SECOND);
  session.settle(0, 2 * SECOND);
  expect(session.durableSamples(0)).toBe(3 * SECOND);
  expect(failures).toEqual(['SLOW', undefined]);
});

test('whatever is cut or garbled in a file, the rest is read, and nothing that was not written', async () => {
  const original = temporaryDirectory();
  const [id, key] = [randomUUID(), randomBytes(32)];
  const session = openTestJournal(original).open({ id, key });
  session.describe(snapshotOf(id));
  for (let at = 0; at < 20; at++) {
    session.append(0, numbered(at * 160, 160));
    await session.flushed();
  }
  const path = segmentsIn(original).find((name) => name.includes('audio')) ?? '';
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length - 1),
      fc.nat(255),
      fc.boolean(),
      fc.nat(2000),
      async (at, value, isCut, length) => {
        const damaged = Buffer.from(whole);
        if (!isCut) damaged.fill(value, at, Math.min(at + length, damaged.length));
        const directory = temporaryDirectory();
        const journal = openTestJournal(directory);
        const place = join(directory, 'server@server');
        writeSegment(place, isCut ? damaged.subarray(0, at) : damaged);
        const [left] = await journal.left(NOBODY_LIVES);
        const pieces = left === undefined ? [] : ((await left.read(key)).channels[0]?.pieces ?? []);
        for (const piece of pieces)
          expect(textOf([piece])).toBe(
            textOf([{ from: piece.from, samples: integers(piece.from, piece.samples.length) }]),
          );
        const samples = pieces.reduce((sum, piece) => sum + piece.samples.length, 0);
        // A record of 160 samples takes 404 bytes; the two heads lie in the first 8 KiB.
        const lost = isCut ? whole.length - at : length + 2 * 404;
        if (isCut ? at > 8192 : at >= 4096)
          expect(samples).toBeGreaterThanOrEqual(20 * 160 - (lost / 404 + 1) * 160);
      },
    ),
    { numRuns: 30 },
  );
});

function writeSegment(folder: string, bytes: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'audio-0.segment'), bytes);
}

async function leftOf(directory: string, id: string): Promise<LeftSession> {
  const left = await openTestJournal(directory).left(NOBODY_LIVES);
  const found = left.find((session) => session.id === id);
  if (found === undefined) throw new Error('nothing is left of the session');
  return found;
}

function integers(from: number, count: number): Int16Array {
  return Int16Array.from(numbered(from, count), (sample) => Math.round(sample * 32_768));
}

/** Places and samples, in a form that is compared at once. */
function textOf(pieces: readonly { readonly from: number; readonly samples: Int16Array }[]): string {
  const [first] = pieces;
  return `${String(first?.from)}: ${pieces.map(({ samples }) => samples.join(' ')).join(' ')}`;
}
