import { DEFAULT_TENANT } from '../access/identity.js';
import type { AuditEntry } from './audit-entry.js';
import { parseJson } from '../parse-json.js';

/** An entry as a line of JSON, with the hash that chains it. */
export function exportLine({ entry, hash }: Pick<AuditEntry, 'entry' | 'hash'>): string {
  return `{"hash":"${hash}","entry":${entry}}\n`;
}

/**
 * The line for a reader of one tenant: of the entries of others, only the hash, with which the next entry can be
 * verified.
 */
export function exportLineFor(tenant: string, row: Pick<AuditEntry, 'entry' | 'hash'>): string {
  return tenantOf(row.entry) === tenant ? exportLine(row) : `{"hash":"${row.hash}"}\n`;
}

/** Entries of nobody who is known belong to the first tenant, as those of the server itself do. */
function tenantOf(entry: string): unknown {
  const content = parseJson(entry);
  if (typeof content !== 'object' || content === null) return undefined;
  return 'tenant' in content ? content.tenant : DEFAULT_TENANT;
}
