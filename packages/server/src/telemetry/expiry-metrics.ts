import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { keptCurrent } from './kept-current.js';

/**
 * Settings that name a file with something that expires. A chain is good until its first certificate expires, and
 * authorities are of use until the last of them does.
 */
const EXPIRING = {
  tlsCertificate: (text) => Math.min(...certificatesIn(text)),
  tlsClientCa: (text) => Math.max(...certificatesIn(text)),
  clusterTlsCertificate: (text) => Math.min(...certificatesIn(text)),
  clusterTlsCa: (text) => Math.max(...certificatesIn(text)),
  clusterCredentials: expiryOfCredentials,
  auditSyslogCertificate: (text) => Math.min(...certificatesIn(text)),
  auditSyslogCa: (text) => Math.max(...certificatesIn(text)),
  auditTimestampCa: (text) => Math.max(...certificatesIn(text)),
} as const satisfies Partial<Record<keyof Config, (text: string) => number>>;

type ExpiringSetting = keyof typeof EXPIRING;

/** How old an answer may be, milliseconds. */
const FRESH_MS = 10_000;

/** When something expires that a setting names. */
export interface Expiry {
  readonly setting: ExpiringSetting;
  readonly expiresAt: Date;
}

/** When certificates and credentials expire that settings name, as far as that can be read. */
export async function readExpiries(config: Pick<Config, ExpiringSetting>): Promise<readonly Expiry[]> {
  const settings = (Object.keys(EXPIRING) as ExpiringSetting[]).filter(
    (setting) => config[setting] !== undefined,
  );
  const found = await Promise.all(
    settings.map(async (setting) => ({ setting, expiresAt: new Date(await expiryOf(config, setting)) })),
  );
  return found.filter(({ expiresAt }) => Number.isFinite(expiresAt.getTime()));
}

/**
 * Adds when certificates and credentials expire that settings name. A file that cannot be read, and one that holds nothing that
 * expires, are left out.
 */
export function measureExpiry(registry: Registry, config: Pick<Config, ExpiringSetting>): void {
  const expiries = keptCurrent(() => readExpiries(config), FRESH_MS);
  expiries();
  new Gauge({
    name: 'auscult_expiry_timestamp_seconds',
    help: 'When the certificate or credential expires that a setting names, in seconds since 1970.',
    labelNames: ['setting'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { setting, expiresAt } of expiries() ?? [])
        this.set({ setting }, expiresAt.getTime() / 1000);
    },
  });
}

/** Adds how many API keys expire soon; `expiries` tells when those expire that are good now. */
export function measureKeyExpiry(
  registry: Registry,
  expiries: () => Promise<readonly Date[]>,
  freshMs = KEYS_FRESH_MS,
): void {
  const known = keptCurrent(expiries, freshMs);
  known();
  new Gauge({
    name: 'auscult_api_keys_expiring',
    help: 'API keys that are good now and expire within so many days.',
    labelNames: ['days'],
    registers: [registry],
    collect() {
      const dates = known();
      if (dates === undefined) return;
      for (const days of SOON_DAYS) this.set({ days: String(days) }, dates.filter(isWithin(days)).length);
    },
  });
}

/** For the database, which is asked: it is not needed more often than people can act, milliseconds. */
const KEYS_FRESH_MS = 60_000;

const SOON_DAYS = [1, 7, 30] as const;
const DAY_MS = 86_400_000;

function isWithin(days: number): (date: Date) => boolean {
  const now = Date.now();
  return (date) => date.getTime() > now && date.getTime() <= now + days * DAY_MS;
}

/** Milliseconds since 1970; NaN or infinite if there is nothing that expires. */
async function expiryOf(config: Pick<Config, ExpiringSetting>, setting: ExpiringSetting): Promise<number> {
  try {
    return EXPIRING[setting](await readFile(String(config[setting]), 'utf8'));
  } catch {
    return NaN;
  }
}

/** When each certificate in PEM expires, milliseconds since 1970. */
function certificatesIn(pem: string): readonly number[] {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return parts.map((part) => Date.parse(new X509Certificate(part).validTo));
}

const claims = z.object({ exp: z.number().positive().optional() });

/** When the token in a `.creds` file of NATS expires. Seeds of nkeys and other tokens do not tell. */
function expiryOfCredentials(text: string): number {
  const token = /BEGIN NATS USER JWT-+\s+([\w.-]+)/.exec(text)?.[1];
  const payload = token?.split('.')[1];
  if (payload === undefined) return NaN;
  const { exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return exp === undefined ? NaN : exp * 1000;
}
