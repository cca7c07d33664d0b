import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';

/** TLS of the server, from files that may change while it runs. */
export interface ServerTls {
  /** The options with which the server is created. */
  readonly options: ServerOptions;
  /** Serves changed files to new connections of this server from now on, until `close`. */
  readonly keepCurrent: (server: Server) => void;
  /** Calls `listener` with the files that have changed, whenever they are put into use. */
  readonly onRenewed: (listener: (changed: readonly TlsSetting[]) => void) => void;
  readonly close: () => void;
}

/** Settings that name a file. */
const TLS_SETTINGS = ['tlsCertificate', 'tlsKey', 'tlsClientCa', 'tlsClientCrl'] as const;
type TlsSetting = (typeof TLS_SETTINGS)[number];

type TlsSettings = Pick<Config, TlsSetting>;

/** How often the files are looked at, milliseconds: certificates are renewed days before they expire. */
const LOOK_AGAIN_MS = 10_000;

/** How long a handshake may take before it is aborted, so that idle connections cannot pile up, milliseconds. */
const HANDSHAKE_MS = 10_000;

const OLDEST_VERSION = 'TLSv1.2';

/** The ciphers of TLS 1.2 that have forward secrecy and authenticated encryption, as all those of TLS 1.3 have. */
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
 * TLS with the files of the settings; undefined if no certificate is set. The files are read again every
 * `lookAgainMs`, since watching for changes misses those of mounted secrets and network disks. New files that cannot
 * be used are named in the log, once, and the former ones stay.
 * @throws {ConfigError} that names the file which cannot be used.
 */
export function createTls(
  settings: TlsSettings,
  log: Log,
  lookAgainMs = LOOK_AGAIN_MS,
): ServerTls | undefined {
  const { tlsCertificate, tlsKey, tlsClientCa } = settings;
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  const files: TlsFiles = { ...settings, tlsCertificate, tlsKey };
  let served = read(files);
  let context = contextOf(served, files);
  /** The files that were read last, whether they can be used or not. */
  let seen = served;
  let timer: NodeJS.Timeout | undefined;
  /** The last report about files that cannot be used. */
  let problem: string | undefined;
  let tell: (changed: readonly TlsSetting[]) => void = () => undefined;
  /** Connections whose certificate was good when they were opened. */
  const authenticated = new Set<TLSSocket>();

  const renew = (server: Server): void => {
    try {
      const found = read(files);
      if (changesBetween(seen, found).length === 0) return;
      seen = found;
      context = contextOf(found, files);
      server.setSecureContext(secureOptions(found));
      const changed = changesBetween(served, found);
      served = found;
      problem = undefined;
      if (changed.includes('tlsClientCa') || changed.includes('tlsClientCrl')) disconnect();
      log.info('TLS certificate renewed', { expiresAt: expiryOf(found) });
      tell(changed);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message === problem) return;
      problem = error.message;
      log.error('the TLS files cannot be used; the former certificate stays', { problem });
    }
  };

  /** Closes the connections of clients with certificates: these are checked only when a connection begins. */
  const disconnect = (): void => {
    for (const socket of authenticated) socket.destroy();
  };

  return {
    options: {
      ...secureOptions(served),
      handshakeTimeout: HANDSHAKE_MS,
      // `setSecureContext` does not reach the second server that Fastify starts for a name with two addresses.
      SNICallback: (_name, done) => {
        done(null, context);
      },
      // A client without a certificate may still show a key; an untrusted certificate is no identity.
      ...(tlsClientCa !== undefined && { requestCert: true, rejectUnauthorized: false }),
    },
    keepCurrent: (server) => {
      log.info('TLS is on', { expiresAt: expiryOf(served) });
      server.on('secureConnection', (socket) => {
        if (!socket.authorized) return;
        authenticated.add(socket);
        socket.once('close', () => authenticated.delete(socket));
      });
      timer = setInterval(renew, lookAgainMs, server).unref();
    },
    onRenewed: (listener) => {
      tell = listener;
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

type TlsFiles = TlsSettings & Readonly<Record<'tlsCertificate' | 'tlsKey', string>>;
type TlsMaterial = Readonly<
  Record<'tlsCertificate' | 'tlsKey', Buffer> & Record<'tlsClientCa' | 'tlsClientCrl', Buffer | undefined>
>;

function read({ tlsCertificate, tlsKey, tlsClientCa, tlsClientCrl }: TlsFiles): TlsMaterial {
  return {
    tlsCertificate: readFileOf(tlsCertificate),
    tlsKey: readFileOf(tlsKey),
    tlsClientCa: tlsClientCa === undefined ? undefined : readFileOf(tlsClientCa),
    tlsClientCrl: tlsClientCrl === undefined ? undefined : readFileOf(tlsClientCrl),
  };
}

function changesBetween(before: TlsMaterial, after: TlsMaterial): readonly TlsSetting[] {
  return TLS_SETTINGS.filter((setting) => !isSame(before[setting], after[setting]));
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
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

function secureOptions({
  tlsCertificate,
  tlsKey,
  tlsClientCa,
  tlsClientCrl,
}: TlsMaterial): SecureContextOptions {
  return {
    cert: tlsCertificate,
    key: tlsKey,
    minVersion: OLDEST_VERSION,
    ciphers: CIPHERS,
    ca: tlsClientCa,
    ...(tlsClientCrl !== undefined && { crl: listsIn(tlsClientCrl) }),
  };
}

function contextOf(material: TlsMaterial, files: TlsFiles): SecureContext {
  const certificate = certificateOf(material.tlsCertificate, files.tlsCertificate);
  if (material.tlsClientCa !== undefined && files.tlsClientCa !== undefined)
    certificateOf(material.tlsClientCa, files.tlsClientCa);
  if (material.tlsClientCrl !== undefined && files.tlsClientCrl !== undefined)
    requireCrl(material.tlsClientCrl, files.tlsClientCrl);
  if (new Date(certificate.validTo) < new Date())
    throw new ConfigError(`the certificate in ${files.tlsCertificate} has expired.`, 'Renew it.');
  if (!isKeyOf(certificate, material.tlsKey))
    throw new ConfigError(
      `the key in ${files.tlsKey} is not that of the certificate in ${files.tlsCertificate}, or not a PEM key without a passphrase.`,
      'Put the certificate and its own key there.',
    );
  try {
    return createSecureContext(secureOptions(material));
  } catch {
    throw new ConfigError(
      `the certificate in ${files.tlsCertificate} cannot be used.`,
      'Use RSA of at least 2048 bits or ECDSA, signed with SHA-256 or better.',
    );
  }
}

/** The lists of revoked certificates in a file, each by itself: Node reads only the first list of a text. */
function listsIn(crl: Buffer): string[] {
  const text = crl.toString('latin1');
  return text.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g) ?? [text];
}

function requireCrl(crl: Buffer, path: string): void {
  try {
    createSecureContext({ crl: listsIn(crl) });
  } catch {
    throw new ConfigError(
      `${path} holds no list of revoked certificates.`,
      'Put it there as PEM: `openssl crl -inform DER -in list.crl -out list.pem` turns the other form into it.',
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

function expiryOf({ tlsCertificate }: TlsMaterial): string {
  return new Date(new X509Certificate(tlsCertificate).validTo).toISOString();
}
