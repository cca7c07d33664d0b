import { describe, expect, test } from 'vitest';
import { createOriginPolicy } from '../../src/http/origins.js';

const onLoopback = createOriginPolicy({
  authentication: 'none',
  allowedHosts: [],
  allowedOrigins: ['https://clinic.example'],
});
const onNetwork = createOriginPolicy({
  authentication: 'required',
  allowedHosts: [],
  allowedOrigins: [],
});
const forAll = createOriginPolicy({
  authentication: 'none',
  allowedHosts: [],
  allowedOrigins: ['*'],
});

describe('originAllowed', () => {
  test.each([
    undefined,
    'http://localhost:3000',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
    'https://clinic.example',
  ])('lets %s in on loopback', (origin) => {
    expect(onLoopback.originAllowed({ origin, host: '127.0.0.1:8000' })).toBe(true);
  });

  test.each([
    'https://evil.example',
    'http://clinic.example',
    'https://clinic.example.evil.example',
    'https://clinic.example:8443',
    'http://localhost.evil.example',
    'http://evil.localhost:3000',
    'http://127.0.0.1.evil.example',
    'null',
    '',
    'not a url',
  ])('keeps %j out', (origin) => {
    expect(onLoopback.originAllowed({ origin, host: '127.0.0.1:8000' })).toBe(false);
  });

  test('lets a page of the server itself in', () => {
    expect(onNetwork.originAllowed({ origin: 'http://10.0.0.5:8000', host: '10.0.0.5:8000' })).toBe(true);
    expect(onNetwork.originAllowed({ origin: 'http://10.0.0.6:8000', host: '10.0.0.5:8000' })).toBe(false);
  });

  test('lets every page in where * is set', () => {
    expect(forAll.originAllowed({ origin: 'https://evil.example', host: 'x' })).toBe(true);
  });
});

describe('hostAllowed', () => {
  test.each([
    '127.0.0.1:8000',
    'localhost:8000',
    'LOCALHOST',
    '[::1]:8000',
    '192.168.1.7:8000',
    'clinic.example',
    undefined,
  ])('takes %s on loopback', (host) => {
    expect(onLoopback.hostAllowed({ host })).toBe(true);
  });

  test.each([
    'evil.example:8000',
    'localhost.evil.example',
    'auscult:8000',
    'intranet',
    'com',
    'evil.localhost:8000',
    'localhost.',
    ':',
    '',
  ])('refuses %j on loopback', (host) => {
    expect(onLoopback.hostAllowed({ host })).toBe(false);
  });

  test('takes any name where authentication is required, unless names are set', () => {
    expect(onNetwork.hostAllowed({ host: 'anything.example' })).toBe(true);
    const named = createOriginPolicy({
      authentication: 'required',
      allowedHosts: ['scribe.example'],
      allowedOrigins: [],
    });
    for (const host of ['scribe.example', 'scribe.example:8443', '192.0.2.1', 'localhost'])
      expect(named.hostAllowed({ host })).toBe(true);
    for (const host of ['anything.example', 'scribe']) expect(named.hostAllowed({ host })).toBe(false);
  });

  test('takes a name without dots only where it is set', () => {
    const named = createOriginPolicy({
      authentication: 'none',
      allowedHosts: ['auscult'],
      allowedOrigins: [],
    });
    expect(named.hostAllowed({ host: 'auscult:8000' })).toBe(true);
    expect(named.hostAllowed({ host: 'intranet:8000' })).toBe(false);
  });
});

describe('isOwnPage', () => {
  test('accepts a page of the server itself, or one that is set by name', () => {
    const own = { origin: 'http://127.0.0.1:8000', host: '127.0.0.1:8000' };
    expect(onLoopback.isOwnPage(own)).toBe(true);
    expect(onLoopback.isOwnPage({ ...own, origin: 'https://clinic.example' })).toBe(true);
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:9000', 'null', '*', undefined])
      expect([origin, forAll.isOwnPage({ ...own, origin })]).toEqual([origin, false]);
  });
});
