import { ConfigError } from '../config/config-error.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { AnchorFile } from './anchor-file.js';
import { checkSignature, NOTHING_BEFORE, readAnchorLine, type AnchorLine } from './anchor.js';
import type { ChainHead } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { EMPTY_AUDIT_HEAD, readSealedHead, type AuditHead } from './sealed-head.js';
import { readHashes, readLastEntry } from './stored-chain.js';

/** The state of a log that may be continued. */
export type LogAtStart =
  /** Its last anchor is where it should be. */
  | { readonly kind: 'anchored'; readonly chain: string; readonly before: string }
  /** None of its entries were anchored in this file. */
  | { readonly kind: 'new' }
  /** Anchors that were made are no longer in the file. */
  | { readonly kind: 'anchors-missing' }
  /** It was written by a version that did not seal. */
  | { readonly kind: 'unsealed'; readonly head: ChainHead };

/**
 * Compares the log with its sealed head and with the last anchors of the file, without reading all of either; the
 * rest is left to `verifyAudit`.
 * @param place what the head calls the file
 * @throws {ConfigError} if the log is shorter than the head or one of the anchors says, or differs from them
 */
export async function requireWholeLog(
  database: Database,
  keys: AuditKeys,
  file: AnchorFile,
  place: string,
): Promise<LogAtStart> {
  const { db } = database;
  // Other processes add anchors meanwhile, first to the database. So the anchors that the file must have are read from the
  // database before the file is read, and those that it may have afterwards.
  const { expected, waiting } = await database.snapshot(async (reading) => ({
    expected: await requireHead(reading, keys),
    waiting: await reading.selectFrom('audit_anchors').select(['chain', 'number']).execute(),
  }));
  const tail = await file.tail();
  const lines = tail?.map(readAnchorLine) ?? [];
  const head = await database.snapshot((reading) => requireHead(reading, keys));
  const last = await readLastEntry(db);
  if (head === 'unsealed' || expected === 'unsealed') {
    await requireConsistent(db, lines, file);
    if (last === undefined || lines.some(({ kind }) => kind === 'signed')) throw notSealed();
    return { kind: 'unsealed', head: last };
  }
  await requireConsistent(db, lines, file);
  await requireKnown(keys, head, lines, file);
  const mine = expected.anchored.findLast(
    (anchored) => anchored.place === place || isIn(lines, anchored.chain),
  );
  if (mine === undefined) return { kind: 'new' };
  const isWaiting = waiting.some(({ chain, number }) => chain === mine.chain && number === mine.number);
  if (isWaiting || isIn(lines, mine.chain, mine.digest))
    return { kind: 'anchored', chain: mine.chain, before: NOTHING_BEFORE };
  return { kind: 'anchors-missing' };
}

/** What to do if a log is refused. */
const REMEDY =
  'Keep the database and the anchors as they are and find out who wrote to them: see `auscult audit verify`. Where it is known, as after a snapshot was brought back, `auscult audit accept --reason "…"` goes on from what there is.';

async function requireHead(db: Database['db'], keys: AuditKeys): Promise<AuditHead | 'unsealed'> {
  const read = await readSealedHead(db, keys);
  const last = await readLastEntry(db);
  switch (read.kind) {
    case 'none':
      if (last !== undefined) return 'unsealed';
      if (await hasOtherRows(db))
        throw refusal('the audit log is empty, although there are records or users');
      return EMPTY_AUDIT_HEAD;
    case 'forged':
      throw refusal('the head of the audit log was written by somebody without the master key');
    case 'unknown-key':
      throw new ConfigError(
        `the master key ${read.masterKeyId} that the audit log is sealed with is not there.`,
        `Put it back behind the current one. ${REMEDY}`,
      );
    case 'intact':
      requireLast(read.head, last);
      return read.head;
  }
}

function requireLast(head: AuditHead, last: ChainHead | undefined): void {
  const entries = last?.sequence ?? 0;
  if (entries < head.sequence)
    throw refusal(`the audit log ends with entry ${entries}, and its sealed head is ${head.sequence}`);
  if (entries > head.sequence)
    throw refusal(`entries after ${head.sequence} were added to the audit log, but not by a server`);
  if (last !== undefined && last.hash !== head.hash)
    throw refusal(`entry ${entries} of the audit log is not the one that was sealed`);
}

/** Tables in which a row is only ever written with an entry, or after one. */
const TABLES_WITH_ENTRIES = [
  'sessions',
  'session_groups',
  'data_keys',
  'segments',
  'refined_parts',
  'audio_pieces',
  'speaker_changes',
  'speaker_states',
  'api_keys',
  'users',
  'logins',
  'recovery_codes',
  'configurations',
] as const satisfies readonly (keyof Schema)[];

/** Whether there is anything else beside an empty log. */
async function hasOtherRows(db: Database['db']): Promise<boolean> {
  for (const table of TABLES_WITH_ENTRIES) {
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.lit(1).as('one'))
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}

/** Requires that every anchor that was read names an entry that is there, with the same hash. */
async function requireConsistent(
  db: Database['db'],
  lines: readonly AnchorLine[],
  { path }: AnchorFile,
): Promise<void> {
  const heads = lines.flatMap((line) =>
    line.kind === 'signed' ? [line.anchor] : line.kind === 'unsigned' ? [line.head] : [],
  );
  const hashes = await readHashes(
    db,
    heads.map(({ sequence }) => sequence),
  );
  for (const { sequence, hash } of heads) {
    const found = hashes.get(sequence);
    if (found === hash || sequence === 0) continue;
    throw refusal(
      found === undefined
        ? `${path} knows of entry ${sequence}, which the audit log lacks`
        : `${path} knows entry ${sequence} of the audit log with another hash`,
    );
  }
}

/**
 * Requires that signed anchors are ones that the head knows, or older ones, and that no unsigned one follows them.
 */
async function requireKnown(
  keys: AuditKeys,
  head: AuditHead,
  lines: readonly AnchorLine[],
  { path }: AnchorFile,
): Promise<void> {
  const firstSigned = lines.findIndex(({ kind }) => kind === 'signed');
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'unsigned' && firstSigned !== -1 && index > firstSigned)
      throw refusal(`${path} has anchors without a signature behind signed ones`);
    if (line.kind !== 'signed') continue;
    const known = head.anchored.find(({ chain }) => chain === line.anchor.chain);
    if (known === undefined || line.anchor.number > known.number)
      throw refusal(
        (await checkSignature(line.anchor, keys)) === 'forged'
          ? `${path} has an anchor that was not signed by this server`
          : `${path} has an anchor that the database does not know of`,
      );
    if (line.anchor.number === known.number && line.digest !== known.digest)
      throw refusal(`${path} has two anchors in one place`);
  }
}

function isIn(lines: readonly AnchorLine[], chain: string, digest?: string): boolean {
  return lines.some(
    (line) =>
      line.kind === 'signed' &&
      line.anchor.chain === chain &&
      (digest === undefined || line.digest === digest),
  );
}

function notSealed(): ConfigError {
  return refusal('the sealed head of the audit log is gone');
}

function refusal(what: string): ConfigError {
  return new ConfigError(`${what}: it was tampered with, or brought back from a copy.`, REMEDY);
}
