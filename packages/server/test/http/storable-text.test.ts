import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../src/errors.js';
import { requireStorableText } from '../../src/http/storable-text.js';
import { refusal, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';

const ODD = ['\u0000', '\ud800', 'a\udc00b'];

describe('text that cannot be stored', () => {
  test('is found wherever a plain search finds it', () => {
    const text = fc.oneof({ weight: 20, arbitrary: fc.string() }, fc.constantFrom(...ODD));
    const name = fc.stringMatching(/^[a-z_]\w{0,8}$/);
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        text,
        fc.constantFrom(null, undefined, true, 0, Buffer.from('\0')),
        fc.array(tie('any'), { maxLength: 5 }),
        fc.dictionary(name, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, value, (query, body) => {
        expect(outcomeOf({ params: {}, query, body })).toEqual(
          plainSearch(query, []) ?? plainSearch(body, []) ?? 'taken',
        );
      }),
      { numRuns: 500 },
    );
  });

  test('is not reported by a field name that a client chose', () => {
    for (const name of ['a'.repeat(60_000), 'Mrs. Smith', '', 'a.b'])
      expect(outcomeOf({ params: {}, query: {}, body: { ok: { [name]: '\0' } } })).toMatchObject({
        field: 'ok',
      });
  });
});

describe('a request with too much in it', () => {
  test.each([
    ['16 levels', nested(16), 'taken'],
    ['17 levels', nested(17), 'too_deeply_nested'],
    ['32,000 levels', nested(32_000), 'too_deeply_nested'],
    ['1,000 values', Array(1000).fill(0), 'taken'],
    ['1,001 values', Array(1001).fill(0), 'invalid_request'],
    ['lists of lists', Array(40).fill(Array(40).fill([])), 'invalid_request'],
    ['names', Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`a${n}`, 0])), 'invalid_request'],
  ])('%s', (_name, body, expected) => {
    const outcome = outcomeOf({ params: {}, query: {}, body });
    expect(typeof outcome === 'string' ? outcome : outcome.code).toBe(expected);
  });

  test('is refused with its own code before a login', async () => {
    const { url } = await startGuardedServer();
    const login = (body: string) =>
      fetch(`${url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }).then(refusal);
    const deep = `{"name":${'['.repeat(1000)}${']'.repeat(1000)},"password":"x"}`;
    expect(await login(deep)).toMatchObject({
      status: 400,
      code: 'too_deeply_nested',
    });
    expect(await login('['.repeat(64_000))).toMatchObject({
      status: 413,
      code: 'request_too_large',
    });
    const wide = { name: 'a', password: 'b', groups: Array(1001).fill(0) };
    expect(await login(JSON.stringify(wide))).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    expect(await login('{"name":"a","password":"b"}')).toMatchObject({
      code: 'login_failed',
    });
  });

  test('a query of a thousand fields is refused, and one of a few is not', async () => {
    const { url } = await startScriptedServer();
    const many = Array.from({ length: 1001 }, (_, n) => `a${n}`).join('&');
    expect((await fetch(`${url}/api/v1/sessions?${many}`)).status).toBe(400);
    expect((await fetch(`${url}/api/v1/sessions?limit=1`)).status).toBe(200);
  });
});

type Parts = Parameters<typeof requireStorableText>[0];

type Outcome = 'taken' | { readonly code: string; readonly field?: string };

function outcomeOf(parts: Parts): Outcome {
  try {
    requireStorableText(parts);
    return 'taken';
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { code, details } = error;
    return { code, ...(details.field !== undefined && { field: details.field }) };
  }
}

/** The expected result, computed as one would write it without thinking of hostile input. */
function plainSearch(value: unknown, path: readonly string[]): Outcome | undefined {
  if (typeof value === 'string') {
    const field = path.length === 0 ? {} : { field: path.join('.') };
    return value.includes('\0') || /\p{Surrogate}/u.test(value)
      ? { code: 'invalid_request', ...field }
      : undefined;
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = plainSearch(inner, [...path, name]);
    if (found) return found;
  }
  return undefined;
}

function nested(levels: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
}
