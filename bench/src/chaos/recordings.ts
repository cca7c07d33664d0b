import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { createTranscriber, type WebSocketConstructor } from '@auscult/client';
import type { ServerMessage } from '@auscult/protocol';
import { WebSocket } from 'ws';
import { framesOf, type Track } from '../load/track.js';
import type { Note } from './history.js';
import { voiceOf } from './voice.js';

/** Where somebody speaks, and who takes note. */
export interface Speaking {
  readonly url: string;
  readonly note: Note;
  /** How long to wait for the last text once there are no faults any more. Rejects when over. */
  readonly patience: AbortSignal;
}

const FRAME_SECONDS = 0.1;

/** Speaks a track in real time with the SDK, as one recording, and notes what is received. */
export async function recordTrack(
  client: string,
  track: Track,
  { url, note, patience }: Speaking,
): Promise<void> {
  note({ saw: 'speech', who: client, seconds: track.seconds, voice: voiceOf(track) });
  const transcriber = createTranscriber({ url, webSocket: tappedSocket(client, note) });
  transcriber.on('final', ({ sequence, start, end, text }) => {
    note({ saw: 'shown', client, sequence, start, end, text });
  });
  const giveUp = (): void => {
    note({ saw: 'unanswered', what: `the end of ${client}` });
    transcriber.close();
  };
  patience.addEventListener('abort', giveUp);
  try {
    await transcriber.start(inRealTime(track));
    const { lostSeconds } = await transcriber.stop();
    note({ saw: 'stopped', client, lostSeconds });
  } catch (error) {
    note({ saw: 'failed', client, why: error instanceof Error ? error.message : String(error) });
  } finally {
    patience.removeEventListener('abort', giveUp);
  }
}

async function* inRealTime(track: Track): AsyncGenerator<Int16Array<ArrayBuffer>, void> {
  const startedAt = performance.now();
  let sent = 0;
  for (const frame of framesOf(track, FRAME_SECONDS)) {
    sent += 1;
    await elapsed(Math.max(0, startedAt + 1000 * FRAME_SECONDS * sent - performance.now()));
    yield new Int16Array(Uint8Array.from(frame).buffer);
  }
}

/** WebSockets on which every message of the server is looked at. */
function tappedSocket(client: string, note: Note): WebSocketConstructor {
  return class extends WebSocket {
    constructor(address: string, protocols?: string[]) {
      super(address, protocols);
      this.on('message', (raw, isBinary) => {
        if (!isBinary) noteMessage(client, note, JSON.parse((raw as Buffer).toString()) as ServerMessage);
      });
      this.on('error', () => undefined);
    }
  };
}

function noteMessage(client: string, note: Note, message: ServerMessage): void {
  switch (message.type) {
    case 'ready':
      note({ saw: 'session', client, session: message.sessionId });
      return;
    case 'resumed': {
      const { sessionId: session, receivedSamples: samples } = message;
      note({ saw: 'session', client, session });
      note({ saw: 'resumed', client, session, samples });
      return;
    }
    case 'acknowledged':
      note({
        saw: 'acknowledged',
        client,
        samples: message.receivedSamples,
        settled: message.settledSeconds,
      });
      return;
    case 'transcription': {
      const { isFinal, sequence, start, end, text } = message;
      if (isFinal) note({ saw: 'told', client, sequence, start, end, text });
      return;
    }
    case 'stopped':
      note({ saw: 'answered', client, audioSeconds: message.audioSeconds });
      return;
    case 'dropped':
      note({ saw: 'dropped', client, stretch: [message.start, message.end] });
      return;
    case 'error':
      if (message.code === 'audio_lost')
        note({ saw: 'lost', client, stretch: [message.start ?? 0, message.end ?? 0] });
      return;
    default:
  }
}
