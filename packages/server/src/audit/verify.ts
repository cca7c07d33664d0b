import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { ReadableDatabase } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { createSlices } from '../time-slices.js';
import type { AnchorFile } from './anchor-file.js';
import { chainHash, EMPTY_CHAIN, type ChainHead } from './audit-entry.js';
import type { AnchorKeys, AuditKeys } from './audit-keys.js';
import type { AuditProblem } from './audit-problem.js';
import {
  compareAnchors,
  compareOutsideAnchors,
  NO_ANCHORS,
  type ComparedAnchors,
  type ComparedLog,
} from './compare-anchors.js';
import { readSealedHead, type AuditHead, type ReadHead } from './sealed-head.js';
import { readEntries, readHashes, readLastEntry } from './stored-chain.js';

/**
 * What a log is compared with; anything left out is not compared. Even without any of this, the chain must be consistent in
 * itself.
 */
export interface AuditEvidence {
  /** Keys derived from the master keys, which check the sealed head and verify anchors. */
  readonly keys?: AuditKeys | undefined;
  /** Public keys for verifying anchors where there is no master key. */
  readonly publicKeys?: AnchorKeys | undefined;
  /** The file of anchors, and its name in the head. */
  readonly anchors?: { readonly file: AnchorFile; readonly place: string } | undefined;
  /** Lines from an outside place, such as a syslog server, of which those with an anchor count. */
  readonly outside?: AsyncIterable<string> | undefined;
  /** Certificates, as PEM, to which the time stamps of the anchors must lead. */
  readonly authorities?: string | undefined;
}

/** The result of verifying a log. */
export interface AuditReport extends ComparedAnchors {
  readonly entries: number;
  readonly head: ChainHead;
  /** Whether the head was compared with its seal. */
  readonly isSealChecked: boolean;
  /** The first of the problems, in the order of the chain; empty if the log is whole. */
  readonly problems: readonly AuditProblem[];
  /** Problems that `auscult audit accept` has accepted, together with exactly these entries. */
  readonly accepted: readonly AuditProblem[];
}

/** The most problems that are reported: with so many, the log is known to be of no use. */
const MOST_PROBLEMS = 100;

/**
 * Reads every entry, in order, and compares it with the one before, with the sealed head, and with every anchor.
 * Servers may keep running meanwhile.
 * @param onProgress told how many entries are read, and how many there are
 */
export async function verifyAudit(
  database: Pick<ReadableDatabase, 'db' | 'snapshot'>,
  evidence: AuditEvidence = {},
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<AuditReport> {
  const problems = collectProblems();
  const { keys, publicKeys, anchors, outside, authorities } = evidence;

  return database.snapshot(async (reading) => {
    const sealed = keys === undefined ? undefined : await readSealedHead(reading, keys);
    const chain = await readChain(reading, problems, onProgress);
    const known = await checkHead(reading, sealed, chain, problems.report);
    const log: ComparedLog = {
      database,
      reading,
      head: chain.head,
      known,
      now: () => headNow(database, keys),
      report: problems.report,
      keys: keys ?? publicKeys,
      authorities,
    };
    const compared = anchors === undefined ? NO_ANCHORS : await compareAnchors(log, anchors);
    const outsideCount = outside === undefined ? 0 : await compareOutsideAnchors(log, outside);
    return {
      ...chain,
      isSealChecked: known !== undefined,
      ...compared,
      outside: outsideCount,
      ...problems.all(),
    };
  });
}

/** The problems of a log, in the order in which they are found. */
interface Problems {
  /** Adds one, unless it is there or there are too many. */
  readonly report: ComparedLog['report'];
  /** Those so far have been accepted. */
  readonly accept: () => void;
  readonly all: () => Pick<AuditReport, 'problems' | 'accepted'>;
}

function collectProblems(): Problems {
  let problems: readonly AuditProblem[] = [];
  let accepted: readonly AuditProblem[] = [];
  return {
    report: (kind, sequence) => {
      const isKnown = problems.some((problem) => problem.kind === kind && problem.sequence === sequence);
      if (!isKnown && problems.length < MOST_PROBLEMS) problems = [...problems, { kind, sequence }];
    },
    accept: () => {
      accepted = [...accepted, ...problems];
      problems = [];
    },
    all: () => ({ problems, accepted }),
  };
}

/** Reads every entry and compares it with the one before. */
async function readChain(
  reading: Transaction<Schema>,
  { report, accept }: Problems,
  onProgress: (done: number, of: number) => void,
): Promise<Pick<AuditReport, 'entries' | 'head'>> {
  const total = await countEntries(reading);
  const content = createContentDigest();
  const sliceEnds = createSlices();
  let head = EMPTY_CHAIN;
  let entries = 0;
  for await (const row of readEntries(reading)) {
    const described = describedBy(row.entry);
    if (described?.action === 'audit.accept' && described.what === content.value()) accept();
    if (row.sequence !== head.sequence + 1) report('removed', row.sequence);
    if (described?.sequence !== row.sequence) report('reordered', row.sequence);
    else if (chainHash(head.hash, row.entry) !== row.hash) report('altered', row.sequence);
    content.add(row);
    head = { sequence: row.sequence, hash: row.hash };
    entries += 1;
    if (entries % PROGRESS_ENTRIES === 0) onProgress(entries, total);
    const pause = sliceEnds();
    if (pause !== undefined) await pause;
  }
  onProgress(entries, total);
  return { entries, head };
}

/** Compares the end of the chain with its sealed head; the head, if its seal is intact. */
async function checkHead(
  reading: ReadableDatabase['db'],
  sealed: ReadHead | undefined,
  { head, entries }: Pick<AuditReport, 'entries' | 'head'>,
  report: ComparedLog['report'],
): Promise<AuditHead | undefined> {
  if (sealed?.kind === 'none' && entries > 0) report('head-missing', head.sequence);
  if (sealed?.kind === 'forged') report('head-forged', head.sequence);
  if (sealed?.kind === 'unknown-key') report('head-unverified', head.sequence);
  if (sealed?.kind !== 'intact') return undefined;
  const known = sealed.head;
  compareHead(known, head, await readHashes(reading, [known.sequence]), report);
  return known;
}

/** Servers keep running meanwhile, so entries after those that were read may be there by now. */
async function headNow(
  { db }: Pick<ReadableDatabase, 'db'>,
  keys: AuditKeys | undefined,
): ReturnType<ComparedLog['now']> {
  const head = (await readLastEntry(db)) ?? EMPTY_CHAIN;
  const sealed = keys === undefined ? undefined : await readSealedHead(db, keys);
  return { head, sealed: sealed?.kind === 'intact' ? sealed.head : undefined };
}

/** SHA-256 over entries with their places and hashes: exactly these entries are accepted, and no others. */
export interface ContentDigest {
  readonly add: (row: ChainHead & { readonly entry: string }) => void;
  /** Hexadecimal. */
  readonly value: () => string;
}

/** Begins a digest, with no entries. */
export function createContentDigest(): ContentDigest {
  const digest = createHash('sha256');
  return {
    add: ({ sequence, entry, hash }) => digest.update(JSON.stringify([sequence, entry, hash])),
    value: () => digest.copy().digest('hex'),
  };
}

/** Entries between two reports of progress. */
const PROGRESS_ENTRIES = 10_000;

function compareHead(
  known: AuditHead,
  last: ChainHead,
  hashes: ReadonlyMap<number, string>,
  report: ComparedLog['report'],
): void {
  if (last.sequence < known.sequence) report('truncated', known.sequence);
  if (last.sequence > known.sequence) report('added', known.sequence + 1);
  const hash = hashes.get(known.sequence);
  if (hash !== undefined && hash !== known.hash) report('rewritten', known.sequence);
}

async function countEntries(reading: ReadableDatabase['db']): Promise<number> {
  const { count } = await reading
    .selectFrom('audit_entries')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

const describedEntry = z.object({
  sequence: z.number(),
  action: z.string().optional(),
  what: z.string().optional(),
});

function describedBy(entry: string): z.output<typeof describedEntry> | undefined {
  try {
    return describedEntry.safeParse(JSON.parse(entry)).data;
  } catch {
    return undefined;
  }
}
