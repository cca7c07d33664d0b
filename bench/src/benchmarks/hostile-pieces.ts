import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostileCost } from '../hostile/cost.js';
import type { HostilePieces } from '../hostile/pieces.js';
import { openSession } from '../hostile/session.js';
import { median } from '../hostile/tries.js';
import { mainThreadSeconds } from '../server/main-thread.js';

/** The longest that the event loop may be kept busy, milliseconds. */
const BUDGET_MS = { 'before login': 5, 'after login': 20, message: 20 } as const;

/** Tries that do not count: code that runs for the first time is compiled. */
const WARM_UP = 5;

/**
 * When the work is taken to be over, milliseconds: the answer may come in the middle of it, and the system counts
 * processor time some milliseconds later.
 */
const SETTLED_MS = 60;

/** Who sends, and to which server. */
interface Sender {
  readonly pid: number;
  readonly httpUrl: string;
  readonly url: string;
  readonly key: string;
  readonly tries: number;
}

/** Sends bytes in one write, each time on a new connection, and measures all that comes of it. */
export async function costOfPieces(hostile: HostilePieces, sender: Sender): Promise<HostileCost> {
  const { kind, where, shape } = hostile;
  const bytes = hostile.bytes(`authorization: Bearer ${sender.key}\r\n`);
  const spent: number[] = [];
  let answer = '';
  for (let count = -WARM_UP; count < sender.tries; count++) {
    const tried = await (kind === 'message' ? sendToSession : sendToServer)(bytes, sender);
    answer = tried.answer;
    if (count >= 0) spent.push(tried.milliseconds);
  }
  const about = { kind, where, shape, bytes: bytes.length, answer, budgetMs: BUDGET_MS[kind] };
  return { ...about, loopMs: median(spent), worstMs: Math.max(...spent) };
}

interface Tried {
  readonly milliseconds: number;
  /** Status or close code. */
  readonly answer: string;
}

async function sendToServer(bytes: Buffer, { pid, httpUrl }: Sender): Promise<Tried> {
  const { hostname, port } = new URL(httpUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const milliseconds = await spentOn(pid, async () => {
    socket.write(bytes);
    await Promise.race([once(socket, 'data'), once(socket, 'close'), sleep(1000)]);
  });
  socket.destroy();
  const answers = text.match(/HTTP\/1\.1 \d{3}/gu) ?? [];
  const status = answers[0]?.slice(-3) ?? 'none';
  return { milliseconds, answer: answers.length > 1 ? `${answers.length} × ${status}` : status };
}

async function sendToSession(bytes: Buffer, { pid, url, key }: Sender): Promise<Tried> {
  const { socket, raw } = await openSession(url, key);
  let answer = 'open';
  socket.once('close', (code) => (answer = String(code)));
  const milliseconds = await spentOn(pid, async () => {
    raw().write(bytes);
    await Promise.race([once(socket, 'close'), once(socket, 'message'), sleep(1000)]);
  });
  socket.terminate();
  return { milliseconds, answer };
}

async function spentOn(pid: number, work: () => Promise<void>): Promise<number> {
  await sleep(SETTLED_MS);
  const before = mainThreadSeconds(pid);
  await work();
  await sleep(SETTLED_MS);
  return (mainThreadSeconds(pid) - before) * 1000;
}
