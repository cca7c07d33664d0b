import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

const CLOSED = 'closed';

/** A live session that takes requests, one message after another. */
export async function openSession(url: string, key: string) {
  const socket = new WebSocket(url, 'auscult.v1', { headers: { authorization: `Bearer ${key}` } });
  socket.on('error', () => undefined);
  let raw: Socket | undefined;
  socket.once('upgrade', (response) => {
    raw = response.socket;
  });
  /** Messages received and not awaited yet: several may come at once. */
  const told: string[] = [];
  let wake = (): void => undefined;
  const tell = (what: string): void => {
    told.push(what);
    wake();
  };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { readonly type: string; readonly code?: string };
    tell(message.code ?? message.type);
  });
  socket.once('close', () => {
    tell(CLOSED);
  });
  const until = async (wanted: string): Promise<string> => {
    for (let last = 'nothing'; ;) {
      const what = told[0] === CLOSED ? CLOSED : told.shift();
      if (what === CLOSED) return CLOSED;
      if (what === wanted) return last;
      if (what !== undefined) last = what;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  };
  await until('ready');
  return {
    socket,
    /** What its frames are sent on. */
    raw: (): Socket => {
      if (raw === undefined) throw new Error('the session has not been opened');
      return raw;
    },
    /** The last message before the awaited answer. */
    ask: (text: string, wanted: string): Promise<string> => {
      const answered = until(wanted);
      socket.send(text);
      return answered;
    },
  };
}
