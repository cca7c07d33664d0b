import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { ReadableDatabase } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { chainHash, EMPTY_CHAIN, type AuditEntry, type ChainHead } from './audit-entry.js';

/** Something about the chain that cannot have come about by adding entries. */
export interface AuditProblem {
  /**
   * `removed`: entries are missing before it. `altered`: its hash is not that of its content and the hash before, so
   * that it was changed or put in. `reordered`: it stands in another's place. `truncated`: an anchor knows of more
   * entries than there are. `rewritten`: an anchor knows another hash.
   */
  readonly kind: 'removed' | 'altered' | 'reordered' | 'truncated' | 'rewritten';
  /** Where. */
  readonly sequence: number;
}

/** What came of verifying a chain. */
export interface AuditReport {
  readonly entries: number;
  readonly head: ChainHead;
  /** Anchors that the chain was compared with. */
  readonly anchors: number;
  /** The first of the problems, in the order of the chain; empty if the log is whole. */
  readonly problems: readonly AuditProblem[];
}

/** Entries read together. */
const PAGE = 10_000;
/** Problems that are told: after these, the log is known to be of no use. */
const MOST_PROBLEMS = 100;

const numbered = z.object({ sequence: z.number() });

/**
 * Reads every entry, in order, and compares it with the one before and with the anchored heads.
 * @param onProgress told how many entries are read, and how many there are
 */
export async function verifyAudit(
  database: Pick<ReadableDatabase, 'snapshot'>,
  anchors: readonly ChainHead[],
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<AuditReport> {
  const anchored = new Map(anchors.map(({ sequence, hash }) => [sequence, hash]));
  const problems: AuditProblem[] = [];
  const report = (kind: AuditProblem['kind'], sequence: number): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ kind, sequence });
  };
  let head = EMPTY_CHAIN;
  let entries = 0;
  await database.snapshot(async (reading) => {
    const total = await countEntries(reading);
    for await (const row of readEntries(reading)) {
      if (row.sequence !== head.sequence + 1) report('removed', row.sequence);
      if (sequenceIn(row.entry) !== row.sequence) report('reordered', row.sequence);
      else if (chainHash(head.hash, row.entry) !== row.hash) report('altered', row.sequence);
      const known = anchored.get(row.sequence);
      if (known !== undefined && known !== row.hash) report('rewritten', row.sequence);
      head = { sequence: row.sequence, hash: row.hash };
      entries += 1;
      if (entries % PAGE === 0) onProgress(entries, total);
    }
    onProgress(entries, total);
  });
  for (const { sequence } of anchors.slice(-1)) if (sequence > head.sequence) report('truncated', sequence);
  return { entries, head, anchors: anchors.length, problems };
}

/** Every entry in order, a page at a time. */
export async function* readEntries(reading: Transaction<Schema>): AsyncGenerator<AuditEntry> {
  let after = 0;
  for (;;) {
    const page = await reading
      .selectFrom('audit_entries')
      .select(['sequence', 'entry', 'hash'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.sequence;
  }
}

async function countEntries(reading: Transaction<Schema>): Promise<number> {
  const { count } = await reading
    .selectFrom('audit_entries')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function sequenceIn(entry: string): number | undefined {
  try {
    return numbered.safeParse(JSON.parse(entry)).data?.sequence;
  } catch {
    return undefined;
  }
}
