import type { HostileCost } from '../hostile/cost.js';
import type { HostileReading } from '../hostile/records.js';
import { openSession } from '../hostile/session.js';
import { isOver, median } from '../hostile/tries.js';
import { watchPings } from '../hostile/watch-pings.js';
import { mainThreadSeconds } from '../server/main-thread.js';

/** The longest that reading may block the event loop at a time, milliseconds. */
const BUDGET_MS = 10;

/** Warm-up readings, so that compilation counts towards none. */
const WARM_UP = 3;

/** Who reads, and from which server. */
interface Reader {
  readonly pid: number;
  readonly httpUrl: string;
  readonly url: string;
  readonly key: string;
  readonly tries: number;
}

/** Reads a record, or a list of them, while another socket measures how long answers to pings take. */
export async function costOfReading(
  { where, shape, path }: HostileReading,
  { pid, httpUrl, url, key, tries }: Reader,
): Promise<HostileCost> {
  const spent: number[] = [];
  const held: number[] = [];
  const read = async () => {
    const response = await fetch(`${httpUrl}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const { byteLength } = await response.arrayBuffer();
    return { answer: String(response.status), bytes: byteLength };
  };
  for (let count = 0; count < WARM_UP; count++) await read();
  let answered: Awaited<ReturnType<typeof read>>;
  do {
    const { socket } = await openSession(url, key);
    const watch = watchPings(socket, pid);
    const before = mainThreadSeconds(pid);
    answered = await read();
    spent.push((mainThreadSeconds(pid) - before) * 1000);
    held.push(await watch());
    socket.terminate();
  } while (held.length < tries && isOver(held, BUDGET_MS));
  const about = { kind: 'reading', where, shape, budgetMs: BUDGET_MS } as const;
  return { ...about, ...answered, loopMs: median(spent), heldMs: median(held) };
}
