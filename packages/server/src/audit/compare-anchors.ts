import { createHash } from 'node:crypto';
import type { ReadableDatabase } from '../db/database.js';
import type { AnchorFile } from './anchor-file.js';
import { checkSignature, NOTHING_BEFORE, readAnchorLine, type Anchor, type AnchorLine } from './anchor.js';
import type { ChainHead } from './audit-entry.js';
import type { AnchorKeys } from './audit-keys.js';
import type { AuditProblem } from './audit-problem.js';
import type { AnchoredChain, AuditHead } from './sealed-head.js';
import { readStamps } from './stamp-anchors.js';
import { readHashes } from './stored-chain.js';

/** The evidence that a log was compared with. */
export interface ComparedAnchors {
  /** Anchors of the file that were compared. */
  readonly anchors: number;
  /** How many of these are from versions that did not sign. */
  readonly unsigned: number;
  /** Anchors of an outside place. */
  readonly outside: number;
  /** Time stamps that belong to an anchor, and that are valid, if authorities were named. */
  readonly timestamps: number;
  /** The last time stamp, if it was verified. */
  readonly stamped: { readonly sequence: number; readonly time: string } | undefined;
}

/** The result if there is nothing to compare with. */
export const NO_ANCHORS: ComparedAnchors = {
  anchors: 0,
  unsigned: 0,
  outside: 0,
  timestamps: 0,
  stamped: undefined,
};

/** A log that is to be compared, as it was when it was read. */
export interface ComparedLog {
  readonly database: Pick<ReadableDatabase, 'db'>;
  readonly reading: ReadableDatabase['db'];
  /** Its last entry. */
  readonly head: ChainHead;
  /** Its head according to the seal, if that was checked. */
  readonly known: AuditHead | undefined;
  /** The log as it is at the time of the call. */
  readonly now: () => Promise<{ readonly head: ChainHead; readonly sealed: AuditHead | undefined }>;
  readonly keys: AnchorKeys | undefined;
  readonly authorities: string | undefined;
  readonly report: (kind: AuditProblem['kind'], sequence: number) => void;
}

/** Lines that are compared together. */
const BATCH = 500;
/** Lines within which an anchor may occur twice, since two processes may have taken it to the file. */
const RECENT = 1000;

/** Compares a log with every anchor of a file, those that wait to be written there, and their time stamps. */
export async function compareAnchors(
  log: ComparedLog,
  { file, place }: { readonly file: AnchorFile; readonly place: string },
): Promise<ComparedAnchors> {
  // Read before the anchors, since each stamp is younger than its anchor.
  const stamps = await collectStamps(log, file);
  const walk = createWalk(log);
  const stamped: Stamped[] = [];
  for await (const lines of inBatches(linesOf(log, file, place))) {
    const read = lines.map(readAnchorLine);
    const hashes = await readHashes(log.reading, read.flatMap(sequenceOf));
    for (const [index, line] of read.entries()) {
      await walk.take(line, lines[index] ?? '', hashes);
      if (line.kind !== 'signed') continue;
      const token = stamps.get(line.digest);
      if (token === undefined) continue;
      stamps.delete(line.digest);
      stamped.push(await checkStamp(log, token, line));
    }
  }
  if (stamps.size > 0) log.report('timestamp-unmatched', 0);
  const { anchors, unsigned } = await walk.end(place);
  const last = stamped.findLast(({ time }) => time !== undefined);
  return {
    anchors,
    unsigned,
    outside: 0,
    timestamps: stamped.filter(({ isGood }) => isGood).length,
    stamped: last && { sequence: last.sequence, time: last.time?.toISOString() ?? '' },
  };
}

/**
 * Compares a log with the anchors in the lines of an outside place, which may lack some. Returns how many there were.
 */
export async function compareOutsideAnchors(log: ComparedLog, lines: AsyncIterable<string>): Promise<number> {
  const ahead: ChainHead[] = [];
  let count = 0;
  for await (const batch of inBatches(lines)) {
    const read = batch.flatMap(anchorIn);
    const hashes = await readHashes(log.reading, read.flatMap(sequenceOf));
    for (const line of read) {
      if (line.kind === 'damaged') {
        log.report('anchor-damaged', 0);
        continue;
      }
      count += 1;
      if (line.kind === 'signed') await requireSignature(log, line.anchor);
      compareHash(log, line.kind === 'signed' ? line.anchor : line.head, hashes, ahead);
    }
  }
  await compareAhead(log, ahead);
  return count;
}

/** The anchor in a line of syslog, or of a file; none in lines of others. */
function anchorIn(line: string): readonly AnchorLine[] {
  const [json] = /\{"chain":.*\}/.exec(line) ?? [];
  if (json !== undefined) return [readAnchorLine(json)];
  const [, sequence, hash = ''] = /sequence=(\d+) hash=([0-9a-f]{64})/.exec(line) ?? [];
  if (sequence !== undefined) return [{ kind: 'unsigned', head: { sequence: Number(sequence), hash } }];
  const whole = readAnchorLine(line);
  return whole.kind === 'damaged' ? [] : [whole];
}

interface WalkedChain {
  readonly number: number;
  readonly digest: string;
  readonly last: Anchor;
  /** Digests of the last anchors by their numbers. */
  readonly recent: Map<number, string>;
  /** Digest of the anchor that is the last according to the head. */
  readonly atHead: string | undefined;
}

interface Walk {
  /** The next line of the file. */
  readonly take: (line: AnchorLine, text: string, hashes: ReadonlyMap<number, string>) => Promise<void>;
  readonly end: (place: string) => Promise<{ readonly anchors: number; readonly unsigned: number }>;
}

function createWalk(log: ComparedLog): Walk {
  const { report, known } = log;
  const chains = new Map<string, WalkedChain>();
  const ahead: ChainHead[] = [];
  const unsignedDigest = createHash('sha256');
  let unsignedLines = 0;
  let anchors = 0;
  let unsigned = 0;
  /** A line that is no anchor. If the next line begins with it, nothing is wrong: a crash cut it short. */
  let cut: string | undefined;

  const takeSigned = async (line: Extract<AnchorLine, { kind: 'signed' }>): Promise<void> => {
    const { anchor, digest } = line;
    const before = chains.get(anchor.chain);
    if (before !== undefined && anchor.number <= before.number) {
      if (before.recent.get(anchor.number) !== digest) report('anchor-conflict', anchor.sequence);
      return;
    }
    const isNext = anchor.number === (before?.number ?? 0) + 1;
    const expected =
      before?.digest ??
      (chains.size === 0 && unsignedLines > 0 ? unsignedDigest.copy().digest('hex') : NOTHING_BEFORE);
    if (!isNext) report('anchor-missing', anchor.sequence);
    else if (anchor.before !== expected) report('anchor-altered', anchor.sequence);
    if (!isNext || anchor.before !== expected) await requireSignature(log, anchor);
    const recent = before?.recent ?? new Map<number, string>();
    recent.set(anchor.number, digest);
    recent.delete(anchor.number - RECENT);
    const isAtHead = known?.anchored.some(
      ({ chain, number }) => chain === anchor.chain && number === anchor.number,
    );
    chains.set(anchor.chain, {
      number: anchor.number,
      digest,
      last: anchor,
      recent,
      atHead: isAtHead === true ? digest : before?.atHead,
    });
  };

  return {
    take: async (line, text, hashes) => {
      if (cut !== undefined && !text.startsWith(cut)) report('anchor-damaged', 0);
      // Content that the file system never wrote reads as zeros, and the next line does not begin with these.
      cut = line.kind === 'damaged' && !text.includes('\0') ? text : undefined;
      if (line.kind !== 'signed' && chains.size === 0) {
        unsignedDigest.update(`${text}\n`);
        unsignedLines += 1;
      }
      if (line.kind === 'damaged') return;
      anchors += 1;
      compareHash(log, line.kind === 'signed' ? line.anchor : line.head, hashes, ahead);
      if (line.kind === 'signed') {
        await takeSigned(line);
        return;
      }
      unsigned += 1;
      if (chains.size > 0) report('anchor-unsigned', line.head.sequence);
    },
    end: async (place) => {
      if (cut !== undefined) report('anchor-damaged', 0);
      // The last anchor of each chain is enough: by their digests, it vouches for all before it.
      for (const { last } of chains.values()) await requireSignature(log, last);
      await compareAhead(log, ahead);
      await compareChains(log, chains, place);
      return { anchors, unsigned };
    },
  };
}

/**
 * Checks that the file has the chains of anchors that the head knows, each as far as the head says, and no others.
 */
async function compareChains(
  { head, known, now, report }: ComparedLog,
  chains: ReadonlyMap<string, WalkedChain>,
  place: string,
): Promise<void> {
  if (known === undefined) {
    if (chains.size === 0 && head.sequence > 0) report('anchors-missing', head.sequence);
    return;
  }
  const expected = known.anchored.filter(
    (anchored) => anchored.place === place || chains.has(anchored.chain),
  );
  if (expected.length === 0 && known.anchored.length > 0) report('anchors-missing', head.sequence);
  for (const anchored of expected) {
    const found = chains.get(anchored.chain);
    if (found === undefined) report('anchors-missing', anchored.sequence);
    else if (found.number < anchored.number) report('anchor-missing', anchored.sequence);
    else if (found.atHead !== anchored.digest) report('anchor-conflict', anchored.sequence);
  }
  const isAhead = (anchored: readonly AnchoredChain[]) =>
    [...chains].filter(
      ([chain, { number }]) => !anchored.some((one) => one.chain === chain && one.number >= number),
    );
  if (isAhead(known.anchored).length === 0) return;
  const later = (await now()).sealed?.anchored ?? [];
  for (const [, { last }] of isAhead(later)) report('anchor-unknown', last.sequence);
}

function compareHash(
  { head, report }: ComparedLog,
  { sequence, hash }: ChainHead,
  hashes: ReadonlyMap<number, string>,
  ahead: ChainHead[],
): void {
  const found = hashes.get(sequence);
  if (found === hash) return;
  if (sequence > head.sequence) ahead.push({ sequence, hash });
  else report(found === undefined ? 'removed' : 'rewritten', sequence);
}

/** Compares anchors of entries that were not there yet when the log was read. */
async function compareAhead(
  { database, now, report }: ComparedLog,
  ahead: readonly ChainHead[],
): Promise<void> {
  if (ahead.length === 0) return;
  const { head } = await now();
  for (let at = 0; at < ahead.length; at += BATCH) {
    const some = ahead.slice(at, at + BATCH);
    const hashes = await readHashes(
      database.db,
      some.map(({ sequence }) => sequence),
    );
    for (const { sequence, hash } of some) {
      if (hashes.get(sequence) !== hash)
        report(sequence > head.sequence ? 'truncated' : 'rewritten', sequence);
    }
  }
}

async function requireSignature({ keys, report }: ComparedLog, anchor: Anchor): Promise<void> {
  if (keys === undefined) return;
  const outcome = await checkSignature(anchor, keys);
  if (outcome === 'forged') report('anchor-forged', anchor.sequence);
  if (outcome === 'unknown') report('anchor-unverified', anchor.sequence);
}

async function collectStamps({ report }: ComparedLog, file: AnchorFile): Promise<Map<string, Buffer>> {
  const stamps = new Map<string, Buffer>();
  for await (const stamp of readStamps(file)) {
    if (stamp === undefined) report('timestamp-damaged', 0);
    else stamps.set(stamp.anchor, stamp.token);
  }
  return stamps;
}

interface Stamped {
  readonly sequence: number;
  readonly isGood: boolean;
  /** The time that the stamp proves, if it was verified. */
  readonly time: Date | undefined;
}

async function checkStamp(
  { authorities, report }: ComparedLog,
  token: Buffer,
  { line, anchor: { sequence } }: Extract<AnchorLine, { kind: 'signed' }>,
): Promise<Stamped> {
  if (authorities === undefined) return { sequence, isGood: true, time: undefined };
  const { verifyTimestamp } = await import('./timestamp-authority.js');
  try {
    return { sequence, isGood: true, time: await verifyTimestamp(token, line, authorities) };
  } catch {
    report('timestamp-invalid', sequence);
    return { sequence, isGood: false, time: undefined };
  }
}

/** The lines of the file, and after them the anchors that have not been taken there yet. */
async function* linesOf(
  { reading, known }: ComparedLog,
  file: AnchorFile,
  place: string,
): AsyncGenerator<string> {
  const mine = known?.anchored.filter((anchored) => anchored.place === place) ?? [];
  const taken = new Map(mine.map(({ chain }) => [chain, 0]));
  for await (const line of file.lines()) {
    const read = readAnchorLine(line);
    if (read.kind === 'signed')
      taken.set(read.anchor.chain, Math.max(read.anchor.number, taken.get(read.anchor.chain) ?? 0));
    yield line;
  }
  const waiting = await reading.selectFrom('audit_anchors').selectAll().orderBy('number').execute();
  for (const { chain, number, line } of waiting) if (number > (taken.get(chain) ?? Infinity)) yield line;
}

async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function sequenceOf(line: AnchorLine): readonly number[] {
  if (line.kind === 'damaged') return [];
  return [line.kind === 'signed' ? line.anchor.sequence : line.head.sequence];
}
