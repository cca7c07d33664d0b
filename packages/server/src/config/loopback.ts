import { isIPv4 } from 'node:net';

/**
 * Whether only this machine can reach `host`: `localhost` and its subdomains (RFC 6761), 127.0.0.0/8 and ::1.
 * An IPv6 address may stand in brackets, as it does in URLs.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(name)) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
