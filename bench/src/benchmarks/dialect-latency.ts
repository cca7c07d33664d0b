import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { roomTone, SAMPLE_RATE, type DecodedClip } from '../clips/sound.js';
import { createPacer } from '../load/pacer.js';
import { framesOf, trackOf, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';

/** What a client of one dialect had to wait for, seconds. */
export interface DialectDelays {
  readonly dialect: string;
  /** From the beginning of each utterance to its first partial. */
  readonly partial?: Distribution | undefined;
  /** From the end of each utterance to its final. */
  readonly final?: Distribution | undefined;
}

/** A way to speak with the server. */
interface Dialect {
  readonly name: string;
  /** Path and query. */
  readonly path: string;
  readonly protocols: readonly string[];
  /** What is sent before the audio, and the type of the message that answers it. */
  readonly setUp: { readonly message: object; readonly answer: string } | undefined;
  readonly frame: (pcm: Buffer) => Buffer | string;
  /** Asks for the rest, and the type of the message that comes after it. */
  readonly end: { readonly messages: readonly object[]; readonly answer: string };
  /** Makes a reader of messages; each begins without having read any. */
  readonly createReader: () => (message: Message) => Moment | undefined;
}

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** A text, with the place of its utterance on the stream's clock, seconds. */
interface Moment {
  readonly kind: 'partial' | 'final';
  readonly start: number;
  readonly end: number;
}

const COMMIT = { type: 'input_audio_buffer.commit' };
const CLEAR = { type: 'input_audio_buffer.clear' };

const dialects: readonly Dialect[] = [
  {
    name: 'auscult.v1',
    path: '/ws/transcribe',
    protocols: ['auscult.v1'],
    setUp: { message: { type: 'configure', partials: true }, answer: 'ready' },
    frame: (pcm) => pcm,
    end: { messages: [{ type: 'stop' }], answer: 'stopped' },
    createReader: () => (message) => {
      if (message.type !== 'transcription') return undefined;
      const kind = message['isFinal'] === true ? 'final' : 'partial';
      return { kind, start: Number(message['start']), end: Number(message['end']) };
    },
  },
  {
    name: 'Deepgram',
    path: `/v1/listen?encoding=linear16&sample_rate=${String(SAMPLE_RATE)}&interim_results=true`,
    protocols: [],
    setUp: undefined,
    frame: (pcm) => pcm,
    end: { messages: [{ type: 'CloseStream' }], answer: 'Metadata' },
    createReader: () => (message) => {
      if (message.type !== 'Results') return undefined;
      const start = Number(message['start']);
      const kind = message['is_final'] === true ? 'final' : 'partial';
      return { kind, start, end: start + Number(message['duration']) };
    },
  },
  {
    name: 'OpenAI Realtime',
    path: '/v1/realtime?intent=transcription',
    protocols: [],
    setUp: {
      message: {
        type: 'session.update',
        session: { audio: { input: { format: { type: 'audio/pcm', rate: SAMPLE_RATE } } } },
      },
      answer: 'session.updated',
    },
    frame: (pcm) => JSON.stringify({ type: 'input_audio_buffer.append', audio: pcm.toString('base64') }),
    end: { messages: [COMMIT, CLEAR], answer: 'input_audio_buffer.cleared' },
    createReader: readItems,
  },
];

/** Plays the same clips in real time over each dialect, one after another. */
export async function measureDialects(
  clips: readonly DecodedClip[],
  { url, frameSeconds, gapSeconds }: DialectOptions,
): Promise<readonly DialectDelays[]> {
  const track = trackOf(clips, roomTone(gapSeconds));
  const delays: DialectDelays[] = [];
  for (const dialect of dialects) {
    const heard = await play(track, dialect, new URL(dialect.path, url), frameSeconds);
    delays.push({
      dialect: dialect.name,
      partial: distribution(heard.partials),
      final: distribution(heard.finals),
    });
  }
  return delays;
}

/** How the clips are played. */
export interface DialectOptions {
  /** Any address of the server, such as `ws://127.0.0.1:8000/ws/transcribe`. */
  readonly url: string;
  readonly frameSeconds: number;
  /** Room tone after each clip. */
  readonly gapSeconds: number;
}

interface Heard {
  readonly partials: readonly number[];
  readonly finals: readonly number[];
}

async function play(track: Track, dialect: Dialect, url: URL, frameSeconds: number): Promise<Heard> {
  const socket = new WebSocket(url, [...dialect.protocols], { perMessageDeflate: false });
  const received: { readonly moment: Moment; readonly at: number }[] = [];
  const read = dialect.createReader();
  socket.on('message', (raw: Buffer) => {
    const moment = read(JSON.parse(raw.toString()) as Message);
    if (moment !== undefined) received.push({ moment, at: performance.now() });
  });
  await once(socket, 'open');
  if (dialect.setUp !== undefined) await ask(socket, [dialect.setUp.message], dialect.setUp.answer);
  const began = performance.now();
  await createPacer().play(framesOf(track, frameSeconds), frameSeconds, (frame) => {
    socket.send(dialect.frame(frame));
    return socket.readyState === WebSocket.OPEN;
  });
  await ask(socket, dialect.end.messages, dialect.end.answer);
  socket.close(1000);
  const since = (at: number, seconds: number): number => (at - began) / 1000 - seconds;
  const shown = new Set<number>();
  return {
    partials: received.flatMap(({ moment: { kind, start }, at }) => {
      if (kind === 'final' || shown.has(start)) return [];
      shown.add(start);
      return [since(at, start)];
    }),
    finals: received.flatMap(({ moment: { kind, end }, at }) => (kind === 'final' ? [since(at, end)] : [])),
  };
}

/** Sends messages, and waits for one of a type. */
function ask(socket: WebSocket, messages: readonly object[], type: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('message', function check(raw: Buffer) {
      if ((JSON.parse(raw.toString()) as Message).type !== type) return;
      socket.off('message', check);
      resolve();
    });
    socket.once('close', () => {
      reject(new Error(`the server closed the connection before ${type}`));
    });
    for (const message of messages) socket.send(JSON.stringify(message));
  });
}

/** Reads events of Realtime sessions, whose times and texts come apart. */
function readItems(): (message: Message) => Moment | undefined {
  const starts = new Map<unknown, number>();
  const ends = new Map<unknown, number>();
  return (message) => {
    const item = message['item_id'];
    const place = { start: starts.get(item) ?? Number.NaN, end: ends.get(item) ?? Number.NaN };
    switch (message.type) {
      case 'input_audio_buffer.speech_started':
        starts.set(item, Number(message['audio_start_ms']) / 1000);
        return undefined;
      case 'input_audio_buffer.speech_stopped':
        ends.set(item, Number(message['audio_end_ms']) / 1000);
        return undefined;
      case 'conversation.item.input_audio_transcription.delta':
        // What comes after the end is the rest of the final.
        return ends.has(item) ? undefined : { kind: 'partial', ...place };
      case 'conversation.item.input_audio_transcription.completed':
        return message['transcript'] === '' || Number.isNaN(place.end)
          ? undefined
          : { kind: 'final', ...place };
      default:
        return undefined;
    }
  };
}
