import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';

/** TLS of the server, from files that may change while it runs. */
export interface ServerTls {
  /** What the server is created with. */
  readonly options: ServerOptions;
  /** Serves changed files to new connections of this server from now on, until `close`. */
  readonly keepCurrent: (server: Server) => void;
  readonly close: () => void;
}

type TlsSettings = Pick<Config, 'tlsCertificate' | 'tlsKey' | 'tlsClientCa'>;

/** Certificates are renewed days before they expire. */
const LOOK_AGAIN_MS = 10_000;

/** A handshake that takes longer is cut, so that connections that do nothing cannot pile up. */
const HANDSHAKE_MS = 10_000;

const OLDEST_VERSION = 'TLSv1.2';

/** For TLS 1.2 what has forward secrecy and authenticated encryption, as TLS 1.3 has with each of its own. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * TLS with the files of the settings; undefined where no certificate is set. The files are read again every
 * `lookAgainMs`: watching for changes misses those of mounted secrets and network disks. New files that cannot be
 * used are named in the log, once, and those before stay.
 * @throws {ConfigError} that names the file which cannot be used.
 */
export function createTls(
  settings: TlsSettings,
  log: Log,
  lookAgainMs = LOOK_AGAIN_MS,
): ServerTls | undefined {
  const { tlsCertificate, tlsKey, tlsClientCa } = settings;
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const files: TlsFiles = { certificate: tlsCertificate, key: tlsKey, clientCa: tlsClientCa };
  let seen = read(files);
  let context = contextOf(seen, files);
  let timer: NodeJS.Timeout | undefined;
  /** What was last said of files that cannot be used. */
  let problem: string | undefined;

  const renew = (server: Server): void => {
    try {
      const found = read(files);
      if (digestOf(found) === digestOf(seen)) return;
      seen = found;
      context = contextOf(found, files);
      server.setSecureContext(secureOptions(found));
      problem = undefined;
      log.info('TLS certificate renewed', { expiresAt: expiryOf(found) });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message === problem) return;
      problem = error.message;
      log.error('the TLS files cannot be used; the former certificate stays', { problem });
    }
  };

  return {
    options: {
      ...secureOptions(seen),
      handshakeTimeout: HANDSHAKE_MS,
      // `setSecureContext` does not reach the second server that Fastify starts for a name with two addresses.
      SNICallback: (_name, done) => {
        done(null, context);
      },
      // A client without one may still show a key; an untrusted one is no identity.
      ...(tlsClientCa !== undefined && { requestCert: true, rejectUnauthorized: false }),
    },
    keepCurrent: (server) => {
      log.info('TLS is on', { expiresAt: expiryOf(seen) });
      timer = setInterval(renew, lookAgainMs, server).unref();
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
}

function read({ certificate, key, clientCa }: TlsFiles): TlsMaterial {
  return {
    certificate: readFileOf(certificate),
    key: readFileOf(key),
    clientCa: clientCa === undefined ? undefined : readFileOf(clientCa),
  };
}

function readFileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigError(
      `the TLS file ${path} cannot be read.`,
      'Check the path, and that this user may read the file.',
    );
  }
}

function secureOptions({ certificate, key, clientCa }: TlsMaterial): SecureContextOptions {
  return {
    cert: certificate,
    key,
    minVersion: OLDEST_VERSION,
    ciphers: CIPHERS,
    ...(clientCa !== undefined && { ca: clientCa }),
  };
}

function contextOf(material: TlsMaterial, files: TlsFiles): SecureContext {
  const certificate = certificateOf(material.certificate, files.certificate);
  if (material.clientCa !== undefined && files.clientCa !== undefined)
    certificateOf(material.clientCa, files.clientCa);
  if (new Date(certificate.validTo) < new Date())
    throw new ConfigError(`the certificate in ${files.certificate} has expired.`, 'Renew it.');
  if (!isKeyOf(certificate, material.key))
    throw new ConfigError(
      `the key in ${files.key} is not that of the certificate in ${files.certificate}, or not a PEM key without a passphrase.`,
      'Put the certificate and its own key there.',
    );
  try {
    return createSecureContext(secureOptions(material));
  } catch {
    throw new ConfigError(
      `the certificate in ${files.certificate} cannot be used.`,
      'Use RSA of at least 2048 bits or ECDSA, signed with SHA-256 or better.',
    );
  }
}

function certificateOf(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new ConfigError(`${path} holds no certificate.`, 'Put it there as PEM.');
  }
}

function isKeyOf(certificate: X509Certificate, key: Buffer): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function digestOf({ certificate, key, clientCa }: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const bytes of [certificate, key, clientCa ?? Buffer.alloc(0)]) hash.update(bytes).update('\0');
  return hash.digest('hex');
}

function expiryOf({ certificate }: TlsMaterial): string {
  return new Date(new X509Certificate(certificate).validTo).toISOString();
}
