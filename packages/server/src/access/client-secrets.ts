import { hkdfSync, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { MasterKey, MasterKeys } from '../records/master-keys.js';
import { KEY_BYTES, openBytes, sealBytes } from '../storage/seal.js';
import { auditedSuccess, type AccessAudit } from './access-audit.js';
import type { ApiKeys } from './api-keys.js';
import { EXPIRED, NOT_VALID, type Authentication, type AuthenticationResult } from './authentication.js';
import { credentialReference, findCredential } from './credential-reference.js';
import type { Logins } from './logins.js';

/**
 * Client secrets let a page or another program that is not trusted with a key open sockets for some time, as whoever issued
 * the secret. Nothing is kept of them: a secret is its own content, encrypted with a key derived from the master key.
 */
export interface ClientSecrets {
  /** Issues a secret, with an entry in the audit log. Rejects if that cannot be written. */
  readonly issue: (order: ClientSecretOrder) => Promise<ClientSecret>;
  /** Who issued the secret, if it has not expired and the credential of whoever issued it is still valid. */
  readonly authenticate: (text: string) => Promise<AuthenticationResult>;
  /** What the secret says about its sessions, whether or not it is still valid; undefined if it is none of this server. */
  readonly read: (text: string) => { readonly sessionSettings: unknown } | undefined;
}

/** What a new secret is for. */
interface ClientSecretOrder {
  readonly issuer: Authentication;
  /** Remote address of whoever issues it. */
  readonly from: string;
  readonly seconds: number;
  /** Settings of the sessions that are opened with it, in the terms of their dialect; at most {@link LONGEST_SETTINGS}. */
  readonly sessionSettings?: unknown;
}

/** A secret that was issued. */
export interface ClientSecret {
  /** Shown only this once. */
  readonly value: string;
  /** When it expires, seconds since 1970. */
  readonly expiresAt: number;
}

/** Every secret begins with it: the SDK for browsers takes no other. */
export const CLIENT_SECRET_PREFIX = 'ek_';

/** Bytes of the settings in a secret, as JSON: with more, the head of a request would be too large for many proxies. */
export const LONGEST_SETTINGS = 4096;

/** Separates the key from all others that are derived from the master key (RFC 5869, 3.2), and binds what is encrypted. */
const LABEL = 'auscult client secrets v1';

const MASTER_KEY_ID_BYTES = 8;
const secretPattern = new RegExp(`^${CLIENT_SECRET_PREFIX}([A-Za-z0-9_-]{40,})$`);

const content = z.object({
  expiresAt: z.number(),
  issuer: credentialReference,
  sessionSettings: z.unknown().optional(),
});
type Content = Readonly<z.output<typeof content>>;

/** What issues secrets and finds whoever issued them. */
export interface ClientSecretServices {
  readonly masterKeys: MasterKeys;
  readonly apiKeys: ApiKeys;
  readonly logins: Logins;
  readonly audit: AccessAudit;
  readonly now?: () => number;
}

/** Secrets under the master keys that there are. `now`: milliseconds since 1970. */
export function createClientSecrets(services: ClientSecretServices): ClientSecrets {
  const { masterKeys, apiKeys, logins, audit, now = Date.now } = services;

  return {
    issue: async ({ issuer, from, seconds, sessionSettings }) => {
      const expiresAt = Math.floor(now() / 1000) + seconds;
      const secret: Content = { expiresAt, issuer: issuer.reference, sessionSettings };
      await audit.append(auditedSuccess('client-secret.create', issuer.identity, { ip: from }, randomUUID()));
      return { value: close(masterKeys.current(), secret), expiresAt };
    },
    authenticate: async (text) => {
      const secret = open(masterKeys, text);
      if (secret === undefined) return NOT_VALID;
      if (secret.expiresAt * 1000 <= now()) return EXPIRED;
      const found = await findCredential({ apiKeys, logins }, secret.issuer);
      if (!found.ok) return found;
      const { sessionSettings } = secret;
      return { ok: true, authentication: { ...found.authentication, sessionSettings } };
    },
    read: (text) => {
      const secret = open(masterKeys, text);
      return secret && { sessionSettings: secret.sessionSettings };
    },
  };
}

function close(master: MasterKey, secret: Content): string {
  const sealed = sealBytes(keyOf(master), Buffer.from(JSON.stringify(secret)), Buffer.from(LABEL));
  const text = Buffer.concat([Buffer.from(master.id, 'hex'), sealed]).toString('base64url');
  return `${CLIENT_SECRET_PREFIX}${text}`;
}

function open(masterKeys: MasterKeys, text: string): Content | undefined {
  const [, encoded] = secretPattern.exec(text) ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64url');
  const id = bytes.toString('hex', 0, MASTER_KEY_ID_BYTES);
  // Only keys that are known already: a made-up id must not have the keys read again.
  const master = masterKeys.all().find((key) => key.id === id);
  if (master === undefined) return undefined;
  const sealed = bytes.subarray(MASTER_KEY_ID_BYTES);
  try {
    return content.parse(JSON.parse(openBytes(keyOf(master), sealed, Buffer.from(LABEL)).toString()));
  } catch {
    return undefined;
  }
}

function keyOf({ bytes }: MasterKey): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), LABEL, KEY_BYTES));
}
