import { expect, test } from 'vitest';
import { GRANTABLE_ROLES } from '../../src/access/identity.js';
import { scopeOf } from '../../src/access/permissions.js';
import { bearer, startGuardedServer } from '../support/guarded-server.js';

/** A node of a schema in the description of the API. */
interface Node {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Node }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Node }>> };
}

test('every route names the field, what is allowed and what to do, whatever is wrong', async () => {
  const server = await startGuardedServer();
  const description = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const keys = new Map<string, string>();
  for (const role of GRANTABLE_ROLES) keys.set(role, await server.keyOf(role));
  let refused = 0;
  for (const { method, url, action } of server.app.routes) {
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    const operation = description.paths[path]?.[method.toLowerCase()];
    const role = GRANTABLE_ROLES.find((one) => action !== undefined && scopeOf(action, one) !== 'none');
    if (operation === undefined || !url.startsWith('/api/v1/')) continue;
    for (const { field, address, body } of attemptsOf(path, operation)) {
      const response = await fetch(server.url + address, {
        method,
        headers: {
          ...bearer(keys.get(role ?? '') ?? ''),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const { error } = (await response.json()) as {
        readonly error?: { readonly field?: string; readonly limit?: string; readonly message: string };
      };
      const asked = [method, address.slice(0, 80), JSON.stringify(body ?? null).slice(0, 80)];
      expect([...asked, response.status, error?.field]).toEqual([...asked, 400, field]);
      expect(error?.limit, asked.join(' ')).toMatch(/\w/);
      expect(error?.message).toContain(error?.limit);
      expect(error?.message).toContain('Correct it');
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(150);
});

test('says the limits of a number, of a text and of a choice', async () => {
  const server = await startGuardedServer();
  const headers = bearer(await server.keyOf('administrator'));
  const errorOf = async (path: string, body?: unknown) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    return ((await response.json()) as { readonly error: object }).error;
  };
  expect(await errorOf('/users?limit=201')).toMatchObject({
    field: 'limit',
    limit: 'a whole number from 1 to 200',
  });
  expect(await errorOf('/sessions?state=lost')).toMatchObject({
    field: 'state',
    limit: 'one of "open", "ended", "interrupted"',
  });
  expect(await errorOf('/sessions?from=today')).toMatchObject({
    field: 'from',
    limit: 'an RFC 3339 time in UTC',
  });
  expect(await errorOf('/users', { name: 'a\u0007', role: 'clinician' })).toMatchObject({
    field: 'name',
    limit: 'text of 1 to 100 characters on one line',
  });
  expect(await errorOf('/users', { name: 'ann', role: 'clinician', groups: ['a', 7] })).toMatchObject({
    field: 'groups[1]',
    limit: 'text of 1 to 100 characters',
  });
  expect(await errorOf('/users', { name: 'ann', role: 'clinician', secret: 'said' })).toMatchObject({
    field: 'body',
    limit: 'an object with the fields name, role, groups, usesCodes',
  });
});

interface Attempt {
  readonly field: string;
  readonly address: string;
  readonly body?: unknown;
}

/** Requests in which one value is wrong, by what the schema of the route allows. */
function attemptsOf(path: string, { parameters = [], requestBody }: Operation): readonly Attempt[] {
  const place = path.replaceAll(/\{\w+\}/g, '0');
  const schema = requestBody?.content['application/json']?.schema;
  const good = schema === undefined ? undefined : goodValue(schema);
  const queries = parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name, schema: node }) =>
      wrongTexts(node).map((wrong) => ({
        field: name,
        address: `${place}?${new URLSearchParams({ [name]: wrong }).toString()}`,
        ...(good !== undefined && { body: good }),
      })),
    );
  const bodies = Object.entries(schema?.properties ?? {}).flatMap(([name, node]) =>
    wrongValues(node).map((wrong) => ({
      field: name,
      address: place,
      body: { ...(good as object), [name]: wrong },
    })),
  );
  const missing = (schema?.required ?? [])
    .filter((name) => schema?.properties?.[name] !== undefined)
    .map((name) => ({ field: name, address: place, body: { ...(good as object), [name]: undefined } }));
  return [...queries, ...bodies, ...missing];
}

/** Values that a parameter of a query does not take. */
function wrongTexts(node: Node): readonly string[] {
  return wrongValues(node)
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .filter((value) => node.type !== 'string' || typeof value === 'string' || node.enum !== undefined)
    .map(String);
}

function wrongValues(node: Node): readonly unknown[] {
  if (node.enum !== undefined || node.const !== undefined) return ['no such value', 7];
  switch (node.type) {
    case 'integer':
    case 'number':
      return [
        'many',
        ...(node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER ? [node.maximum + 1] : []),
        ...(node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER ? [node.minimum - 1] : []),
      ];
    case 'boolean':
      return ['perhaps', 7];
    case 'string':
      return [
        7,
        ...(node.maxLength === undefined ? [] : ['x'.repeat(node.maxLength + 1)]),
        ...((node.minLength ?? 0) > 0 ? [''] : []),
        ...(node.format === 'date-time' ? ['yesterday'] : []),
      ];
    case 'array':
      return [{ an: 'object' }];
    case 'object':
      return [['a list']];
    default:
      return [];
  }
}

function goodValue(node: Node): unknown {
  if (node.const !== undefined) return node.const;
  if (node.enum !== undefined) return node.enum[0];
  if (node.anyOf !== undefined) return goodValue(node.anyOf[0] ?? {});
  switch (node.type) {
    case 'integer':
    case 'number':
      return Math.max(1, node.minimum ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object': {
      const required = Object.entries(node.properties ?? {}).filter(([name]) =>
        node.required?.includes(name),
      );
      return Object.fromEntries(required.map(([name, each]) => [name, goodValue(each)]));
    }
    default:
      return 'x'.repeat(Math.max(1, node.minLength ?? 1));
  }
}
