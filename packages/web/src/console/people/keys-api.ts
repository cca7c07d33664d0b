import { posting, type Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** A key with which a program uses the server. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly groups: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
}

export interface KeyOrder {
  readonly name: string;
  readonly role: string;
  readonly groups: readonly string[];
  /** Without it, the key is valid until it is revoked. */
  readonly expiresInDays?: number;
}

const PATH = 'api/v1/keys';

/** A page of keys, the newest first. */
export interface KeysPage {
  readonly keys: readonly ApiKey[];
  /** Leads to the page after this one. */
  readonly next?: string;
}

/** Keys whose name contains `name`; all if it is missing. */
export function readKeys(
  { ask }: Server,
  name: string | undefined,
  after: string | undefined,
): Promise<Answer<KeysPage>> {
  return ask(withQuery(PATH, { name, after }));
}

/** Creates a key; its secret is shown once. */
export function createKey(
  { ask }: Server,
  order: KeyOrder,
): Promise<Answer<ApiKey & { readonly secret: string }>> {
  return ask(PATH, posting(order));
}

/** Makes a key invalid at once. */
export function revokeKey({ ask }: Server, id: string): Promise<Answer<unknown>> {
  return ask(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
