import { expect, test } from 'vitest';
import { isClusterUrl, isReadableOnTheWay, parseClusterUrls } from '../../src/cluster/cluster-address.js';

test.each([
  'nats://127.0.0.1:4222',
  'tls://nats.clinic.example',
  'nats://user:pass%40@h:1',
  'nats://[::1]:4222',
])('%s is an address of NATS', (url) => {
  expect(isClusterUrl(url)).toBe(true);
});

test.each(['127.0.0.1:4222', 'http://host:4222', 'nats://', 'nats://host:4222/path', 'nats://host?x=1'])(
  '%s is none',
  (url) => {
    expect(isClusterUrl(url)).toBe(false);
  },
);

test('a password is taken out of the address', () => {
  expect(parseClusterUrls(['nats://ann:p%40ss@a', 'tls://b:5222'])).toEqual({
    servers: ['a:4222', 'b:5222'],
    isEncrypted: true,
    user: 'ann',
    password: 'p@ss',
  });
});

test('only loopback, or TLS, keeps others from listening', () => {
  expect(isReadableOnTheWay(['nats://127.0.0.1:4222', 'nats://[::1]'])).toBe(false);
  expect(isReadableOnTheWay(['tls://10.0.0.2'])).toBe(false);
  expect(isReadableOnTheWay(['nats://127.0.0.1', 'nats://10.0.0.2'])).toBe(true);
});
