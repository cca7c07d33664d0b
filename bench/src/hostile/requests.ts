import { hostileHeaders, hostileTexts, hostileValues } from './shapes.js';

/** A request that is made to cost the server much. */
export interface HostileRequest {
  /** The route as in the server's OpenAPI description, such as `POST /api/v1/login`. */
  readonly route: string;
  /** What makes the request hostile. */
  readonly shape: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The parts of OpenAPI that are needed here. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: Readonly<Record<string, object>> } }>
    >;
  };
}

/** Slightly less than the largest body of a request other than an upload. */
const BODY_BYTES = 65_000;
/** The largest head is 16 KiB. */
const HEAD_BYTES = 15_000;

/** Routes that the server's description leaves out. */
const HIDDEN = ['/', '/assets/{file}', '/client/{file}', '/ws/transcribe', '/openapi.json', '/nothing'];

/** Hostile requests to every route that the server has. */
export function hostileRequests({ paths }: Description): readonly HostileRequest[] {
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  const hidden = HIDDEN.filter((path) => !(path in paths)).map((path) => ({
    path,
    method: 'GET',
    operation: {},
  }));
  return [...described, ...hidden].flatMap(({ path, method, operation }) =>
    requestsTo(path, method, operation),
  );
}

function requestsTo(path: string, method: string, operation: Operation): readonly HostileRequest[] {
  const to = (shape: string, changes: Partial<HostileRequest> = {}): HostileRequest => ({
    route: `${method} ${path}`,
    shape,
    method,
    path: pathWith(path, '1'),
    headers: {},
    body: undefined,
    ...changes,
  });
  const heads = Object.entries(hostileHeaders(HEAD_BYTES)).map(([name, headers]) => to(name, { headers }));
  const paths = Object.entries(urlTexts()).flatMap(([name, text]) => [
    ...(path.includes('{') ? [to(`path: ${name}`, { path: pathWith(path, text) })] : []),
    ...(operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'query')
      .map((parameter) =>
        to(`${parameter.name}: ${name}`, { path: `${pathWith(path, '1')}?${parameter.name}=${text}` }),
      ),
  ]);
  const queries = [
    to('wide query', { path: `${pathWith(path, '1')}?${'a&'.repeat(HEAD_BYTES / 2)}` }),
    to('one name again and again', { path: `${pathWith(path, '1')}?${'limit=1&'.repeat(HEAD_BYTES / 8)}` }),
    to('nested query', { path: `${pathWith(path, '1')}?a${'[b]'.repeat(HEAD_BYTES / 3)}=1` }),
  ];
  return [
    ...heads,
    ...paths,
    ...queries,
    ...bodies(method, operation).map(([shape, changes]) => to(shape, changes)),
  ];
}

function pathWith(path: string, text: string): string {
  return path.replace(/\{\w+\}/gu, text);
}

/** The longest path. */
function urlTexts(): Readonly<Record<string, string>> {
  return {
    'escaped letters': '%61'.repeat(HEAD_BYTES / 3),
    'escapes that are none': '%'.repeat(HEAD_BYTES),
    points: '../'.repeat(HEAD_BYTES / 3).replaceAll('/', '%2f'),
    'a letter again and again': 'a'.repeat(HEAD_BYTES),
    blanks: '+'.repeat(HEAD_BYTES),
  };
}

type Body = readonly [shape: string, changes: Pick<HostileRequest, 'headers' | 'body'>];

function bodies(method: string, { requestBody }: Operation): readonly Body[] {
  if (method === 'GET' || method === 'HEAD') return [];
  const form = requestBody?.content['multipart/form-data'];
  if (form) return forms(Object.keys(form.schema.properties ?? {}));
  const json = (shape: string, body: string): Body => [
    shape,
    { headers: { 'content-type': 'application/json' }, body },
  ];
  const fields = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {});
  return [
    ...Object.entries(hostileValues(BODY_BYTES)).map(([shape, value]) => json(shape, value)),
    ...fields.flatMap((field) =>
      Object.entries(hostileValues(BODY_BYTES - 200)).map(([shape, value]) =>
        json(`${field}: ${shape}`, objectWith(fields, field, value)),
      ),
    ),
    // As much as a login accepts, so that it is parsed and checked.
    ...fields.flatMap((field) =>
      Object.entries(hostileValues(3500)).map(([shape, value]) =>
        json(`${field}: ${shape}, short`, objectWith(fields, field, value)),
      ),
    ),
  ];
}

function objectWith(fields: readonly string[], hostile: string, value: string): string {
  return `{${fields.map((field) => `"${field}":${field === hostile ? value : '"a"'}`).join(',')}}`;
}

function forms(fields: readonly string[]): readonly Body[] {
  const form = (shape: string, boundary: string, parts: string): Body => [
    shape,
    { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: parts },
  ];
  const part = (name: string, value: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const texts = { ...hostileValues(BODY_BYTES - 200), ...hostileTexts(BODY_BYTES - 200) };
  return [
    ...fields.flatMap((field) =>
      Object.entries(texts).map(([shape, text]) =>
        form(`${field}: ${shape}`, 'b', `${part(field, text)}--b--\r\n`),
      ),
    ),
    form('many parts', 'b', `${part('words', 'true').repeat(900)}--b--\r\n`),
    form('a boundary that nearly comes', 'b', `--b\r\n\r\n${'\r\n-'.repeat(BODY_BYTES / 3)}`),
    form('a long boundary', 'b'.repeat(HEAD_BYTES / 2), '-'.repeat(BODY_BYTES)),
    form(
      'a long head of a part',
      'b',
      `--b\r\ncontent-disposition: form-data;${' a="b";'.repeat(8000)}\r\n\r\n`,
    ),
    form('many heads of a part', 'b', `--b\r\n${'a: b\r\n'.repeat(9000)}\r\n`),
    form(
      'blanks in the head of a part',
      'b',
      `--b\r\ncontent-disposition:${' '.repeat(BODY_BYTES - 100)}\r\n\r\n`,
    ),
  ];
}
