import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { connect, type ConnectionOptions } from 'node:tls';
import type { AnchorSink } from './anchor-delivery.js';
import { readAnchorLine } from './anchor.js';

/** Where the syslog server is, and how to authenticate there. */
export interface SyslogSettings {
  /** `udp://host:514`, or `tls://host:6514`. */
  readonly url: string;
  /** File with the authority of the server's certificate, as PEM; Node's own authorities without it. */
  readonly ca: string | undefined;
  /** Files with the certificate that is shown to the server, and with its key, as PEM. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** Facility 13 is the audit log, severity 5 a notice (RFC 5424, 6.2.1). */
const PRIORITY = 13 * 8 + 5;
const UDP_PORT = 514;
/** RFC 5425, 4.1. */
const TLS_PORT = 6514;
/** How long a server may need to take anchors, milliseconds. */
const TIMEOUT_MS = 10_000;

/** Sends anchors to a syslog server, each as a message of RFC 5424, over UDP or over TLS (RFC 5425). */
export function syslogSink(settings: SyslogSettings): AnchorSink {
  const { protocol, hostname: host, port } = new URL(settings.url);
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const send =
    protocol === 'tls:'
      ? (messages: readonly string[]) => sendByTls(messages, name, Number(port) || TLS_PORT, settings)
      : (messages: readonly string[]) => sendByUdp(messages, name, Number(port) || UDP_PORT);
  return { name: 'syslog', take: (lines) => send(lines.map(messageOf)) };
}

function messageOf(line: string): string {
  const read = readAnchorLine(line);
  const { sequence, hash } = read.kind === 'signed' ? read.anchor : { sequence: 0, hash: '' };
  return `<${PRIORITY}>1 ${new Date().toISOString()} ${hostname()} auscult ${process.pid} audit-head - sequence=${sequence} hash=${hash} anchor=${line}`;
}

async function sendByUdp(messages: readonly string[], host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.send(message, port, host, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    }
  } finally {
    socket.close();
  }
}

/**
 * Sends all messages over one connection, which it closes after the last. Syslog acknowledges nothing: only when the server
 * closes the connection in turn has it read everything.
 */
async function sendByTls(
  messages: readonly string[],
  host: string,
  port: number,
  files: SyslogSettings,
): Promise<void> {
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 && { servername: host }),
    ...(await readFiles(files)),
  });
  await new Promise<void>((resolve, reject) => {
    let isRead = false;
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('syslog does not answer')));
    socket.once('error', reject);
    socket.once('end', () => {
      isRead = socket.writableFinished;
    });
    socket.once('close', () => {
      if (isRead) resolve();
      else reject(new Error('syslog ended the connection'));
    });
    // With TLS 1.3 a server refuses the client's certificate only after the handshake.
    socket.once('secureConnect', () => {
      socket.end(messages.map(frame).join(''));
      socket.resume();
    });
  });
}

/** Octet counting: RFC 5425, 4.3. */
function frame(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** Read each time: certificates are renewed while the server runs. */
async function readFiles({ ca, certificate, key }: SyslogSettings): Promise<ConnectionOptions> {
  return {
    ...(ca !== undefined && { ca: await readFile(ca) }),
    ...(certificate !== undefined && { cert: await readFile(certificate) }),
    ...(key !== undefined && { key: await readFile(key) }),
  };
}
