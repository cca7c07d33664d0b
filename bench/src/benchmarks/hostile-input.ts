import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostileMessages, type HostileMessage } from '../hostile/messages.js';
import { hostilePieces } from '../hostile/pieces.js';
import { hostileRequests, type Description, type HostileRequest } from '../hostile/requests.js';
import { fillRecords, GROUP, hostileReadings } from '../hostile/records.js';
import { openSession } from '../hostile/session.js';
import { isOver, median } from '../hostile/tries.js';
import { watchPings } from '../hostile/watch-pings.js';
import { mainThreadSeconds } from '../server/main-thread.js';
import { auscultCommand, settingsEnvironment, startServer, type Target } from '../server/target.js';
import type { HostileCost } from '../hostile/cost.js';
import { costOfPieces } from './hostile-pieces.js';
import { costOfReading } from './hostile-readings.js';

export interface HostileInputResults {
  readonly tries: number;
  readonly costs: readonly HostileCost[];
}

/** The longest that the event loop may be kept busy, milliseconds. */
const BUDGET_MS = { 'before login': 5, 'after login': 20, message: 20 } as const;

/** Warm-up requests of each kind, since code that runs for the first time is compiled. */
const WARM_UP = 30;

/** The largest message that a server accepts by default. */
const FRAME_BYTES = 1024 ** 2;

export interface HostileInputOptions {
  /**
   * How often input that exceeds the budget at first is sent: compilation or garbage collection may disturb
   * any try.
   */
  readonly tries: number;
  /** Tries only input with this text in its route, type or shape. */
  readonly only: string | undefined;
  readonly onPlan: (total: number) => () => void;
}

/**
 * Sends hostile input to every route and of every type of message, one at a time, to a server started for it.
 */
export async function measureHostileInput(options: HostileInputOptions): Promise<HostileInputResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-hostile-'));
  const data = ['--data-directory', dataDirectory];
  const spool = ['--spool-directory', join(dataDirectory, 'spool')];
  const flags = [
    '--authentication',
    'required',
    '--workers',
    '1',
    '--trusted-proxies',
    '127.0.0.1',
    ...spool,
  ];
  if (hostileReadings().some(isWantedOf(options.only))) await fillRecords(dataDirectory);
  const server = await startServer(auscultCommand([...flags, ...data]));
  try {
    const keys = await Promise.all(
      (['clinician', 'administrator', 'auditor', 'supervisor'] as const).map((role) => createKey(role, data)),
    );
    const costs = await measureAll(server, keys, options);
    return { tries: options.tries, costs };
  } finally {
    await server.stop();
    rmSync(dataDirectory, { recursive: true });
  }
}

async function measureAll(
  server: Target,
  keys: readonly string[],
  { tries, only, onPlan }: HostileInputOptions,
): Promise<readonly HostileCost[]> {
  const { pid = 0, httpUrl, url } = server;
  const isWanted = isWantedOf(only);
  const description = (await (await fetch(`${httpUrl}/openapi.json`)).json()) as Description;
  const requests = hostileRequests(description).filter(({ route, shape }) =>
    isWanted({ where: route, shape }),
  );
  const messages = hostileMessages(FRAME_BYTES).filter(({ type, shape }) => isWanted({ where: type, shape }));
  const readings = hostileReadings().filter(isWanted);
  const pieces = hostilePieces().filter(isWanted);
  const onDone = onPlan(requests.length * 2 + messages.length + readings.length + pieces.length);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const costs: HostileCost[] = [];
  for (let count = 0; count < WARM_UP; count++)
    for (const key of [undefined, ...keys]) await send(httpUrl, WARMING, key, agent);
  const [anyRoute] = requests;
  for (const hostile of requests.filter(({ route }) => route === anyRoute?.route))
    await send(httpUrl, hostile, undefined, agent);
  const allowed = new Map<string, string | undefined>();
  for (const hostile of requests) {
    const { route } = hostile;
    if (!allowed.has(route)) allowed.set(route, await allowedKey(hostile, keys, httpUrl, agent));
    for (const key of [undefined, allowed.get(route)]) {
      costs.push(await costOfRequest(hostile, key, { pid, httpUrl, agent, tries }));
      onDone();
    }
  }
  agent.destroy();
  const [first] = messages;
  // The first large text starts the thread that reads them.
  if (first)
    await costOfMessage({ ...first, frame: LARGE, isHeard: false }, keys[0] ?? '', { pid, url, tries });
  for (const hostile of messages) {
    costs.push(await costOfMessage(hostile, keys[0] ?? '', { pid, url, tries }));
    onDone();
  }
  for (const hostile of pieces) {
    costs.push(await costOfPieces(hostile, { pid, url, httpUrl, key: keys[0] ?? '', tries }));
    onDone();
  }
  for (const reading of readings) {
    costs.push(await costOfReading(reading, { pid, url, httpUrl, key: keys.at(-1) ?? '', tries }));
    onDone();
  }
  return costs;
}

/** Whether something is measured, given the text of `only`. */
function isWantedOf(only: string | undefined) {
  return ({ where, shape }: { readonly where: string; readonly shape: string }): boolean =>
    only === undefined || `${where} ${shape}`.includes(only);
}

/** The first key whose role may use the route; any key if none may. */
async function allowedKey(
  hostile: HostileRequest,
  keys: readonly string[],
  httpUrl: string,
  agent: Agent,
): Promise<string | undefined> {
  for (const key of keys)
    if ((await send(httpUrl, { ...hostile, headers: {}, body: undefined }, key, agent)) !== '403') return key;
  return keys[0];
}

const LARGE = `{"type":"${'a'.repeat(10_000)}"}`;

const WARMING: HostileRequest = {
  route: '',
  shape: '',
  method: 'POST',
  path: '/api/v1/login',
  headers: { 'content-type': 'application/json' },
  body: '{"name":[]}',
};

async function costOfRequest(
  hostile: HostileRequest,
  key: string | undefined,
  { pid, httpUrl, agent, tries }: { pid: number; httpUrl: string; agent: Agent; tries: number },
): Promise<HostileCost> {
  const kind = key === undefined ? 'before login' : 'after login';
  const budgetMs = BUDGET_MS[kind];
  const spent: number[] = [];
  let answer = '';
  do {
    const before = mainThreadSeconds(pid);
    answer = await send(httpUrl, hostile, key, agent);
    spent.push((mainThreadSeconds(pid) - before) * 1000);
  } while (spent.length < tries && isOver(spent, budgetMs));
  const { route: where, shape, body = '', headers, path } = hostile;
  const bytes = body.length + path.length + Object.entries(headers).flat().join('').length;
  return { kind, where, shape, bytes, answer, loopMs: median(spent), budgetMs };
}

/** To the server, each comes from a different address: one that fails too often is locked out. */
function send(
  httpUrl: string,
  { method, path, headers, body }: HostileRequest,
  key: string | undefined,
  agent: Agent,
): Promise<string> {
  const octet = () => Math.floor(Math.random() * 256);
  return new Promise((resolve) => {
    const sent = request(
      `${httpUrl}${path}`,
      {
        method,
        agent,
        headers: {
          'x-forwarded-for': `10.${octet()}.${octet()}.${octet()}`,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...headers,
        },
      },
      (response) => {
        response.resume();
        response.once('close', () => {
          resolve(String(response.statusCode));
        });
      },
    );
    sent.once('error', () => {
      resolve('cut');
    });
    sent.setTimeout(20_000, () => sent.destroy());
    sent.end(body);
  });
}

async function costOfMessage(
  { type: where, shape, frame, before: setUp, isHeard }: HostileMessage,
  key: string,
  { pid, url, tries }: { pid: number; url: string; tries: number },
): Promise<HostileCost> {
  const spent: number[] = [];
  const held: number[] = [];
  let answer = '';
  do {
    const session = await openSession(url, key);
    const other = await openSession(url, key);
    if (setUp !== undefined) await session.ask(setUp, 'ready');
    // The pings themselves cost the server something.
    const watch = isHeard ? watchPings(other.socket, pid) : undefined;
    const before = mainThreadSeconds(pid);
    session.socket.send(frame);
    answer = await session.ask('{"type":"resume","sessionId":"","token":"","next":[]}', 'resume_misplaced');
    spent.push((mainThreadSeconds(pid) - before) * 1000);
    if (watch) held.push(await watch());
    session.socket.terminate();
    other.socket.terminate();
  } while (spent.length < tries && isOver(isHeard ? held : spent, BUDGET_MS.message));
  const bytes = Buffer.byteLength(frame);
  const about = { kind: 'message', where, shape, bytes, answer, budgetMs: BUDGET_MS.message } as const;
  return { ...about, loopMs: median(spent), ...(isHeard && { heldMs: median(held) }) };
}

async function createKey(role: string, data: readonly string[]): Promise<string> {
  const [cli = ''] = auscultCommand([]).args(0);
  const args = [cli, 'keys', 'create', '--role', role, '--group', GROUP, ...data];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: settingsEnvironment() });
  return stdout.trim();
}
