import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A fault of the hub in answering one request for a file. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks after so many bytes of the answer. */
  | { readonly kind: 'break'; readonly afterBytes: number }
  /** Nothing comes any more after so many bytes. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** `Content-Length` is wrong by so many bytes. */
  | { readonly kind: 'wrong-length'; readonly by: number }
  | { readonly kind: 'altered' }
  /** Bytes follow that do not belong to it, without a length given before. */
  | { readonly kind: 'too-long' }
  | { readonly kind: 'redirect'; readonly to: string };

/** A repository as a hub has it. */
export interface HubRepository {
  readonly repository: string;
  /** The commit that `main` points to. */
  revision: string;
  readonly files: Map<string, Buffer>;
}

/** A hub that does what it is told, and remembers what it was asked. */
export interface Hub {
  readonly endpoint: string;
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** How often a file was asked for. */
  readonly timesAsked: (file: string) => number;
  /** Applied to the next requests for a file, in this order. */
  readonly faults: Map<string, Fault[]>;
  /** Without it in `Authorization`, everything is refused. */
  token: string | undefined;
  close(): Promise<void>;
}

/** Starts a hub on loopback, with a certificate over TLS. Whoever calls this closes it. */
export async function startHub(
  content: HubRepository,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Hub> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const faults = new Map<string, Fault[]>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURI(request.url ?? '');
    requests.push({ path, headers: request.headers });
    if (hub.token !== undefined && request.headers.authorization !== `Bearer ${hub.token}`) {
      response.writeHead(401).end('Invalid username or password.');
      return;
    }
    answer(content, faults, path, request, response);
  };
  const server: Server = tls ? createTlsServer(tls, handle) : createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hub: Hub = {
    endpoint: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    requests,
    timesAsked: (file) => requests.filter(({ path }) => path.endsWith(`/${file}`)).length,
    faults,
    token: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return hub;
}

/** Lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function answer(
  { repository, revision, files }: HubRepository,
  faults: Map<string, Fault[]>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (path === `/api/models/${repository}/revision/main`) {
    sendJson(response, { id: repository, sha: revision });
    return;
  }
  if (path === `/api/models/${repository}/tree/${revision}?recursive=true`) {
    sendJson(response, tree(files));
    return;
  }
  const file = path.slice(`/${repository}/resolve/${revision}/`.length);
  const bytes = path.startsWith(`/${repository}/resolve/${revision}/`) ? files.get(file) : undefined;
  if (!bytes) {
    response.writeHead(404).end('Entry not found');
    return;
  }
  sendFile(bytes, faults.get(file)?.shift(), request, response);
}

/** Files outside of git are listed with their hash, the others without, as on the real hub. */
function tree(files: ReadonlyMap<string, Buffer>): unknown {
  const entries = [...files].map(([path, bytes]) => ({
    type: 'file',
    oid: '0'.repeat(40),
    size: bytes.length,
    path,
    ...(/\.onnx/.test(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } }),
  }));
  return [{ type: 'directory', oid: '0'.repeat(40), size: 0, path: 'onnx' }, ...entries];
}

function sendFile(
  original: Buffer,
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const bytes = fault?.kind === 'altered' ? altered(original) : original;
  const etag = `"${sha256(original)}"`;
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const fits = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const begin = range && fits ? Number(range[1]) : 0;
  const body = bytes.subarray(begin);
  switch (fault?.kind) {
    case 'status':
      response.writeHead(fault.status, fault.headers).end('no');
      return;
    case 'redirect':
      response.writeHead(302, { location: fault.to }).end();
      return;
    default:
  }
  const length = body.length + (fault?.kind === 'wrong-length' ? fault.by : 0);
  response.writeHead(begin > 0 ? 206 : 200, {
    etag,
    ...(fault?.kind !== 'too-long' && { 'content-length': length }),
    ...(begin > 0 && { 'content-range': `bytes ${begin}-${bytes.length - 1}/${bytes.length}` }),
  });
  switch (fault?.kind) {
    case 'break':
      response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
      return;
    case 'stall':
      response.write(body.subarray(0, fault.afterBytes));
      return;
    case 'wrong-length':
      response.write(body.subarray(0, length), () => response.destroy());
      return;
    case 'too-long':
      response.write(body);
      response.end(Buffer.alloc(1 << 20));
      return;
    default:
      response.end(body);
  }
}

function altered(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy.writeUInt8(copy.readUInt8(middle) ^ 0xff, middle);
  return copy;
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
