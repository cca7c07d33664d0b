import { createHash } from 'node:crypto';
import type { AuditEvent } from './audit-event.js';

/** The end of a chain of entries. */
export interface ChainHead {
  /** Entries so far; the sequence of the last. */
  readonly sequence: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** The chain before its first entry. */
export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** An entry as it is stored. */
export interface AuditEntry extends ChainHead {
  /** Canonical JSON, which the hash covers together with the hash before. */
  readonly entry: string;
}

/** The entry that follows `head`. */
export function nextEntry(head: ChainHead, event: AuditEvent, time: Date): AuditEntry {
  const sequence = head.sequence + 1;
  const { action, outcome, who, from, what, reason, counts } = event;
  const entry = canonicalJson({
    sequence,
    time: time.toISOString(),
    action,
    outcome,
    tenant: who?.tenant,
    subject: who?.subject,
    kind: who?.kind,
    role: who?.role,
    from,
    what,
    reason,
    counts,
  });
  return { sequence, entry, hash: chainHash(head.hash, entry) };
}

/** SHA-256 over the hash before, a line feed and the entry, hexadecimal. */
export function chainHash(before: string, entry: string): string {
  return createHash('sha256').update(before).update('\n').update(entry).digest('hex');
}

/** JSON with sorted names and without undefined values, according to RFC 8785 for text, whole numbers and objects. */
function canonicalJson(value: object): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
