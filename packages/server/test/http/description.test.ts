import { request as send } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bearer, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
  readonly requestBody?: unknown;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, unknown>> };
}

describe('the description of the API', () => {
  test('has every status that malformed and unauthorised requests get', async () => {
    const { url, keyOf } = await startGuardedServer();
    const administrator = bearer(await keyOf('administrator'));
    const clinician = bearer(await keyOf('clinician'));
    const asJson = { 'content-type': 'application/json' };
    const attempts: readonly (RequestInit & { readonly id?: string })[] = [
      {},
      { headers: bearer('ausk_nobody') },
      { headers: { ...administrator, origin: 'https://evil.example' } },
      { headers: administrator },
      { headers: clinician },
      { headers: clinician, id: 'i'.repeat(90) },
      { headers: { ...administrator, ...asJson }, body: '{' },
      { headers: { ...clinician, ...asJson }, body: '{"nothing":1}' },
      { headers: { ...clinician, ...asJson }, body: JSON.stringify('a'.repeat(100_000)) },
      { headers: { ...clinician, 'content-type': 'text/plain' }, body: 'text' },
    ];
    for (const { method, path, operation } of await operationsOf(url)) {
      for (const { body, id = 'some-id', ...attempt } of attempts) {
        if (body !== undefined && (method === 'GET' || operation.requestBody === undefined)) continue;
        const address = `${url}${path.replace('{id}', id).replace('{place}', 'nowhere')}`;
        const response = await fetch(address, { method, ...attempt, ...(body && { body }) });
        await response.arrayBuffer();
        expect([method, path, Object.keys(operation.responses)]).toEqual([
          method,
          path,
          expect.arrayContaining([String(response.status)]),
        ]);
        expect([method, path, response.status]).not.toEqual([method, path, 500]);
      }
    }
  });

  test('tells which operations need a credential', async () => {
    const { url } = await startGuardedServer();
    for (const { method, path, operation } of await operationsOf(url)) {
      const { status } = await fetch(url + path, { method });
      const isAsked = path !== '/api/v1/login' && status === 401;
      expect([method, path, operation.security !== undefined]).toEqual([method, path, isAsked]);
    }
  });
});

describe('a request that no route foresees', () => {
  test('with a method that needs a body, on an unknown path: it gets 404', async () => {
    const { url, log } = await startScriptedServer();
    expect(await statusOf(`${url}/api/v1`, 'QUERY')).toBe(404);
    expect(await statusOf(`${url}/nowhere`, 'QUERY')).toBe(404);
    expect(log()).not.toContain('unexpected');
  });

  test('for an invalid range of a file: it gets the whole file', async () => {
    const { url } = await startScriptedServer();
    const response = await fetch(`${url}/client/index.js`, { headers: { range: 'bytes=-' } });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toBe('');
  });

  test('that breaks off: it does not count as a failure of the server', async () => {
    const { url, log } = await startScriptedServer();
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    const head = 'host: localhost\r\ncontent-type: application/json\r\ncontent-length: 100';
    await new Promise((resolve) => socket.write(`POST /api/v1/login HTTP/1.1\r\n${head}\r\n\r\n{`, resolve));
    socket.destroy();
    await until(() => log().includes('broken off'));
    expect(log()).not.toContain('unexpected');
  });
});

async function operationsOf(
  url: string,
): Promise<readonly { readonly method: string; readonly path: string; readonly operation: Operation }[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Description;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The status of the answer to a request without a body; `fetch` does not send such a request with every method. */
function statusOf(url: string, method: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    send(url, { method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
