import { posting, type Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';

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

export function readKeys({ ask }: Server): Promise<Answer<{ readonly keys: readonly ApiKey[] }>> {
  return ask(PATH);
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
