import { expect, test } from 'vitest';
import { readTraceparent, writeTraceparent } from '../../../src/telemetry/tracing/traceparent.js';
import { isTrustedProxy } from '../../../src/http/trusted-proxy.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test.each([`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`])('%s is read and written', (text) => {
  const context = readTraceparent(text);
  expect(context && writeTraceparent(context)).toBe(text);
});

test('what a later version adds is left out', () => {
  expect(readTraceparent(`cc-${TRACE}-${SPAN}-03-more`)).toMatchObject({ traceId: TRACE, traceFlags: 1 });
});

test.each([
  undefined,
  '',
  'nonsense',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01\nx`,
])('%s is no traceparent', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});

test.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['10.2.0.1', false],
  ['192.168.0.7', true],
  ['fd00::1', true],
  ['fe80::1', false],
  ['nobody', false],
  [undefined, false],
])('whether the proxy at %s is trusted: %s', (address, trusted) => {
  expect(isTrustedProxy(address, ['10.1.0.0/16', '192.168.0.7', 'fd00::/8'])).toBe(trusted);
});
