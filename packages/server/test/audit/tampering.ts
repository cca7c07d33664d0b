import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { sql, type Selectable } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { anchorDigest, signAnchor, NOTHING_BEFORE } from '../../src/audit/anchor.js';
import { auditEvidence } from '../../src/audit/audit-evidence.js';
import { chainHash, EMPTY_CHAIN } from '../../src/audit/audit-entry.js';
import { auditKeys, type AuditKeys } from '../../src/audit/audit-keys.js';
import { verifyAudit, type AuditEvidence } from '../../src/audit/verify.js';
import { openDatabase, type Database } from '../../src/db/database.js';
import type { Schema } from '../../src/db/schema.js';
import { addEntries, anchorPathOf, masterKeysOf, tamper } from '../support/audit.js';
import { temporaryDirectory } from '../support/databases.js';

/** What an intruder without the master key can reach. */
interface Reach {
  readonly entries: readonly Entry[];
  readonly head: Head | undefined;
  /** Lines of the file of anchors; undefined where it is gone. */
  readonly anchors: readonly string[] | undefined;
}

type Entry = Selectable<Schema['audit_entries']>;
type Head = Selectable<Schema['audit_head']>;
type Tampering = (reach: Reach) => Reach;

/** The log has so many entries; every third is anchored. */
const ENTRIES = 12;

let intruder: AuditKeys;

/** Tests that tampering is found, in so many random cases. */
export function testTampering(tamperings: number): void {
  beforeAll(async () => {
    intruder = auditKeys(await masterKeysOf());
  });

  test('any tampering with entries, head and anchors together is found, and nothing else is reported', async () => {
    const where = { dataDirectory: temporaryDirectory(), database: undefined };
    const keys = await masterKeysOf();
    for (let entry = 0; entry < ENTRIES; entry += 3) await addEntries(where, keys, 3);
    await tamper(where);
    const database = await openDatabase(where);
    const evidence = await auditEvidence(where, keys);
    const whole = await read(database, anchorPathOf(where));
    expect(whole.anchors).toHaveLength(4);

    await fc.assert(
      fc.asyncProperty(fc.array(tampering, { maxLength: 4 }), async (tamperings) => {
        const reach = tamperings.reduce((before, change) => change(before), whole);
        await write(database, anchorPathOf(where), reach);
        const problems = await problemsOf(database, evidence);
        const isTampered = JSON.stringify(reach) !== JSON.stringify(whole);
        expect(problems.length > 0).toBe(isTampered);
      }),
      { numRuns: tamperings },
    );
    await database.close();
  }, 1_800_000);
}

async function problemsOf(database: Database, evidence: AuditEvidence) {
  return (await verifyAudit(database, evidence)).problems;
}

const place = fc.nat(ENTRIES - 1);
const isRechained = fc.boolean();

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  named('alters an entry', place, isRechained, (at, rechained) =>
    onEntries((entries) => {
      const changed = entries.map((row, index) => (index === at ? altered(row) : row));
      return rechained ? rechain(changed) : changed;
    }),
  ),
  named('removes an entry', place, isRechained, (at, rechained) =>
    onEntries((entries) => {
      const left = entries.filter((_row, index) => index !== at);
      return rechained ? rechain(left) : left;
    }),
  ),
  named('puts an entry in', place, isRechained, (at, rechained) =>
    onEntries((entries) => {
      const row = entries[at];
      if (row === undefined) return entries;
      return rechained
        ? rechain([...entries.slice(0, at), altered(row), ...entries.slice(at)])
        : [...entries, { ...row, sequence: (entries.at(-1)?.sequence ?? 0) + 1 }];
    }),
  ),
  named('swaps entries', place, isRechained, (at, rechained) =>
    onEntries((entries) => {
      const [one, other] = [entries[at], entries[at + 1]];
      if (one === undefined || other === undefined) return entries;
      const swapped = entries.map((row, index) =>
        index === at
          ? { ...other, sequence: one.sequence }
          : index === at + 1
            ? { ...one, sequence: other.sequence }
            : row,
      );
      return rechained ? rechain(swapped) : swapped;
    }),
  ),
  named('cuts the log', place, isRechained, (at) => onEntries((entries) => entries.slice(0, at))),
  named('adds entries', place, isRechained, (at) =>
    onEntries((entries) => rechain([...entries, ...entries.slice(0, at % 3)], entries.length)),
  ),
  named('writes all anew', place, isRechained, () => onEntries((entries) => rechain(entries.map(altered)))),
  named('removes the head', place, isRechained, () => (reach) => ({ ...reach, head: undefined })),
  named('writes the head', place, isRechained, (_at, isSealed) => (reach) => {
    const last = reach.entries.at(-1) ?? { ...EMPTY_CHAIN, entry: '' };
    if (reach.head === undefined) return reach;
    const known = JSON.parse(reach.head.content) as object;
    const content = JSON.stringify({ ...known, sequence: last.sequence, hash: last.hash });
    const mac = isSealed ? intruder.seal(content).mac : reach.head.mac;
    return { ...reach, head: { ...reach.head, content, mac } };
  }),
  named('removes the anchors', place, isRechained, () => (reach) => ({ ...reach, anchors: undefined })),
  named('removes an anchor', place, isRechained, (at) =>
    onAnchors((anchors) => anchors.filter((_line, index) => index !== at % 4)),
  ),
  named('cuts the anchors', place, isRechained, (at) => onAnchors((anchors) => anchors.slice(0, at % 4))),
  named('alters an anchor', place, isRechained, (at, isWhole) =>
    onAnchors((anchors) =>
      anchors.map((line, index) =>
        index === at % 4 ? line.replace(/"time":"\d/, isWhole ? '"time":"9' : '"time" :"9') : line,
      ),
    ),
  ),
  named('removes signatures', place, isRechained, (at) =>
    onAnchors((anchors) => anchors.map((line, index) => (index >= at % 4 ? unsigned(line) : line))),
  ),
  named('adds anchors of what is there', place, isRechained, (at, isSigned) => (reach) => {
    const { entries, anchors = [] } = reach;
    const row = entries[at];
    if (row === undefined) return reach;
    return {
      ...reach,
      anchors: [...anchors, isSigned ? forged(row, anchors) : unsigned(JSON.stringify(row))],
    };
  }),
  named('anchors all anew', place, isRechained, () => (reach) => {
    const rows = reach.entries.filter(({ sequence }) => sequence % 3 === 0);
    return {
      ...reach,
      anchors: rows.reduce<readonly string[]>((before, row) => [...before, forged(row, before)], []),
    };
  }),
);

/** A tampering that fast-check can print. */
function named(
  name: string,
  at: fc.Arbitrary<number>,
  flag: fc.Arbitrary<boolean>,
  make: (at: number, flag: boolean) => Tampering,
): fc.Arbitrary<Tampering> {
  return fc.tuple(at, flag).map(([index, isSet]) => {
    const change = make(index, isSet);
    return Object.assign((reach: Reach) => change(reach), {
      [fc.toStringMethod]: () => `${name} (${index}, ${String(isSet)})`,
    });
  });
}

function onEntries(change: (entries: readonly Entry[]) => readonly Entry[]): Tampering {
  return (reach) => ({ ...reach, entries: change(reach.entries) });
}

function onAnchors(change: (anchors: readonly string[]) => readonly string[]): Tampering {
  return (reach) => ({ ...reach, anchors: reach.anchors && change(reach.anchors) });
}

function altered(row: Entry): Entry {
  return { ...row, entry: row.entry.replace('dr-lee', 'dr-who') };
}

/** Numbers and chains the entries again from `from` on. */
function rechain(entries: readonly Entry[], from = 0): readonly Entry[] {
  return entries.reduce<readonly Entry[]>((before, row, index) => {
    if (index < from) return [...before, row];
    const last = before.at(-1) ?? EMPTY_CHAIN;
    const sequence = last.sequence + 1;
    const entry = row.entry.replace(/"sequence":\d+/, `"sequence":${sequence}`);
    return [...before, { sequence, entry, hash: chainHash(last.hash, entry) }];
  }, []);
}

function unsigned(line: string): string {
  const { sequence, hash } = JSON.parse(line) as Entry;
  return JSON.stringify({ sequence, hash, time: '2026-01-01T00:00:00.000Z' });
}

/** An anchor that follows from the last one, signed with another key. */
function forged({ sequence, hash }: Entry, anchors: readonly string[]): string {
  const last = anchors.at(-1);
  const known = (last === undefined ? {} : JSON.parse(last)) as { chain?: string; number?: number };
  return signAnchor(intruder, {
    chain: known.chain ?? 'another',
    number: (known.number ?? 0) + 1,
    sequence,
    hash,
    before: last === undefined ? NOTHING_BEFORE : anchorDigest(last),
  });
}

async function read({ db }: Database, path: string): Promise<Reach> {
  return {
    entries: await db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute(),
    head: await db.selectFrom('audit_head').selectAll().executeTakeFirst(),
    anchors: readFileSync(path, 'utf8').trimEnd().split('\n'),
  };
}

async function write(database: Database, path: string, { entries, head, anchors }: Reach): Promise<void> {
  await database.transaction(async (transaction) => {
    await sql`delete from audit_anchors`.execute(transaction);
    await sql`delete from audit_entries`.execute(transaction);
    await sql`delete from audit_head`.execute(transaction);
    if (entries.length > 0) await transaction.insertInto('audit_entries').values(entries).execute();
    if (head !== undefined) await transaction.insertInto('audit_head').values(head).execute();
  });
  if (anchors === undefined) rmSync(path, { force: true });
  else writeFileSync(path, anchors.map((line) => `${line}\n`).join(''));
}
