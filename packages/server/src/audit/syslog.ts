import { createSocket } from 'node:dgram';
import { hostname } from 'node:os';
import type { AnchorSink } from './anchor.js';

/** Facility 13 is the audit log, severity 5 a notice (RFC 5424, 6.2.1). */
const PRIORITY = 13 * 8 + 5;
const DEFAULT_PORT = 514;

/** Sends each head to a syslog server at `udp://host:port`, in the format of RFC 5424. */
export function syslogAnchor(url: string, onFailure: (error: unknown) => void): AnchorSink {
  const { hostname: host, port } = new URL(url);
  const name = host.replace(/^\[(.*)\]$/, '$1');
  return ({ sequence, hash }) =>
    new Promise((resolve) => {
      const socket = createSocket(name.includes(':') ? 'udp6' : 'udp4').unref();
      const done = (error?: Error | null): void => {
        if (error) onFailure(error);
        socket.close();
        resolve();
      };
      socket.once('error', done);
      const message = `<${PRIORITY}>1 ${new Date().toISOString()} ${hostname()} auscult ${process.pid} audit-head - sequence=${sequence} hash=${hash}`;
      socket.send(message, Number(port) || DEFAULT_PORT, name, done);
    });
}
