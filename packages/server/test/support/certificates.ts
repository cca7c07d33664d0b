import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { PemConverter, X509CrlGenerator, X509Certificate as ParsedCertificate } from '@peculiar/x509';
import { generate, type SelfsignedOptions } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** An authority that signs certificates of clients. */
export async function createAuthority(name = 'Test authority'): Promise<Pair> {
  return pairOf({ name }, { extensions: [{ name: 'basicConstraints', cA: true, critical: true }] });
}

/** A self-signed certificate of a server on this machine, valid for so many days from yesterday on. */
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

/** Makes the key and the certificate of a client, signed by `authority` or by itself. */
export async function createClientPair(who: ClientName, authority?: Pair): Promise<Pair> {
  return pairOf(who, { ...(authority && { ca: authority }) });
}

export interface ClientName {
  readonly name: string;
  readonly tenant?: string;
  readonly units?: readonly string[];
}

/** The list of certificates that `authority` has revoked, as PEM, valid for so many days. */
export async function createRevocations(
  authority: Pair,
  revoked: readonly Pair[],
  days = 30,
): Promise<string> {
  const der = createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const list = await X509CrlGenerator.create({
    issuer: new ParsedCertificate(authority.cert).subjectName,
    thisUpdate: new Date(Date.now() + Math.min(-1, days - 1) * DAY_MS),
    nextUpdate: new Date(Date.now() + days * DAY_MS),
    entries: revoked.map(({ cert }) => ({ serialNumber: new X509Certificate(cert).serialNumber })),
    signingAlgorithm: algorithm,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  });
  return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
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
