import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { framesOf, type Track } from '../load/track.js';
import type { Speaking } from './recordings.js';
import { voiceOf } from './voice.js';

const FRAME_SECONDS = 0.1;
const CONNECT_WITHIN_MS = 10_000;
/** Such a client is not told when all text has come: it takes this long without any as the end. */
const QUIET_MS = 6000;

interface PlainMessage {
  readonly type: string;
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
}

/**
 * Speaks a track in real time over one connection of the original protocol, and notes what is received. If the connection
 * breaks, the call is over.
 */
export async function callOnce(caller: string, track: Track, { url, note }: Speaking): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/transcribe`, {
    handshakeTimeout: CONNECT_WITHIN_MS,
  });
  let heardAt = performance.now();
  const call = { isAccepted: false };
  const over = new Promise<void>((resolve) => {
    socket.once('close', resolve);
  });
  socket.on('error', () => undefined);
  socket.on('message', (raw) => {
    heardAt = performance.now();
    const { type, text = '', start = 0, end = 0 } = JSON.parse((raw as Buffer).toString()) as PlainMessage;
    if (type === 'connection') {
      call.isAccepted = true;
      note({ saw: 'speech', who: caller, seconds: track.seconds, voice: voiceOf(track) });
      note({ saw: 'connected', caller });
    }
    if (type === 'transcription') note({ saw: 'heard', caller, start, end, text });
  });
  socket.once('open', () => {
    void speak(socket, track).then(async () => {
      socket.send(JSON.stringify({ type: 'stop' }), () => undefined);
      heardAt = performance.now();
      while (performance.now() - heardAt < QUIET_MS) await elapsed(QUIET_MS / 10);
      // A close that is not answered is not waited for.
      setTimeout(() => {
        socket.terminate();
      }, CONNECT_WITHIN_MS).unref();
      socket.close(1000);
    });
  });
  await over;
  if (!call.isAccepted) await elapsed(1000);
}

async function speak(socket: WebSocket, track: Track): Promise<void> {
  const startedAt = performance.now();
  let sent = 0;
  for (const frame of framesOf(track, FRAME_SECONDS)) {
    sent += 1;
    await elapsed(Math.max(0, startedAt + 1000 * FRAME_SECONDS * sent - performance.now()));
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(frame);
  }
}
