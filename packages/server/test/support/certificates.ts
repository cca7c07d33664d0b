import { writeFileSync } from 'node:fs';
import { generate, type SelfsignedOptions } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** An authority that signs certificates of clients. */
export async function createAuthority(): Promise<Pair> {
  return pairOf(
    { name: 'Test authority' },
    { extensions: [{ name: 'basicConstraints', cA: true, critical: true }] },
  );
}

/** A certificate of a server on this machine, signed by itself; it is valid for so many days, from yesterday on. */
export async function createServerPair(days = 30): Promise<Pair> {
  return pairOf(
    { name: 'localhost' },
    {
      notBeforeDate: new Date(Date.now() + Math.min(-1, days - 1) * DAY_MS),
      notAfterDate: new Date(Date.now() + days * DAY_MS),
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    },
  );
}

/** What a client shows, signed by `authority`, or by itself. */
export async function createClientPair(who: ClientName, authority?: Pair): Promise<Pair> {
  return pairOf(who, { ...(authority && { ca: authority }) });
}

export interface ClientName {
  readonly name: string;
  readonly tenant?: string;
  readonly units?: readonly string[];
}

/** Writes a pair to two files. */
export function writePair({ cert, key }: Pair, certificatePath: string, keyPath: string): void {
  writeFileSync(certificatePath, cert);
  writeFileSync(keyPath, key);
}

async function pairOf({ name, tenant, units = [] }: ClientName, options: SelfsignedOptions): Promise<Pair> {
  const attributes = [
    { name: 'commonName', value: name },
    ...(tenant === undefined ? [] : [{ name: 'organizationName', value: tenant }]),
    ...units.map((value) => ({ shortName: 'OU', value })),
  ];
  const made = await generate(attributes, { keyType: 'ec', algorithm: 'sha256', ...options });
  return { cert: made.cert, key: made.private };
}
