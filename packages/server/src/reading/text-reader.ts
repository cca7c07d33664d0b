import { Worker } from 'node:worker_threads';
import type { KeyTermList } from '@auscult/asr/key-terms';
import type { Identity } from '../access/identity.js';
import type { VoskMessage } from '../compatibility/vosk/read-message.js';
import type { WhisperLiveOptions } from '../compatibility/whisper-live/read-options.js';
import type { AcceptedKeyTerms } from '../key-terms/accept-key-terms.js';
import type { SharedTermsFile, SharedTermsReading } from '../key-terms/read-shared-file.js';
import { readAppend, type ClientEvent } from '../compatibility/openai-realtime/client-event.js';
import type { DeepgramMessage } from '../compatibility/deepgram/client-message.js';
import type { KeyTermsReading, MessageReading, SentKeyTerms } from './client-text.js';
import { doReading } from './do-reading.js';
import { createFairQueue } from './fair-queue.js';
import { readAudioMessage } from './read-audio-message.js';
import type { ReadingResults, ReadingTask } from './thread-messages.js';

/**
 * Reads text that clients send: small texts at once, and large ones on a separate thread, so that sockets and audio
 * do not wait for them. Whoever sends much waits only for themselves, since the thread is shared evenly by `owner`.
 */
export interface TextReader {
  /** Reads a text frame. */
  readonly message: (owner: Identity, frame: Buffer) => MessageReading | Promise<MessageReading>;
  /** Reads a text frame of a client of Vosk. */
  readonly voskMessage: (owner: Identity, frame: Buffer) => VoskMessage | Promise<VoskMessage>;
  /** Reads the first message of a client of WhisperLive. */
  readonly whisperLiveOptions: (
    owner: Identity,
    frame: Buffer,
  ) => WhisperLiveOptions | Promise<WhisperLiveOptions>;
  /** Reads a text frame of a client of Deepgram. */
  readonly deepgramMessage: (owner: Identity, frame: Buffer) => DeepgramMessage | Promise<DeepgramMessage>;
  /** Reads an event of a client of OpenAI's Realtime interface. */
  readonly realtimeEvent: (owner: Identity, frame: Buffer) => ClientEvent | Promise<ClientEvent>;
  /** Reads a list of key terms in JSON. */
  readonly keyTerms: (owner: Identity, text: string) => KeyTermsReading | Promise<KeyTermsReading>;
  /** See `acceptKeyTerms`. */
  readonly accept: (
    owner: Identity,
    sent: SentKeyTerms,
    shared: KeyTermList,
    language: string,
  ) => AcceptedKeyTerms | Promise<AcceptedKeyTerms>;
  /** Reads a file of key terms that operators keep, see `readSharedFile`. */
  readonly sharedTerms: (file: SharedTermsFile) => SharedTermsReading | Promise<SharedTermsReading>;
  readonly close: () => void;
}

/** The owner under whom files of key terms are read: it is nobody who sends messages. */
const OPERATOR = { tenant: '', subject: '' };

/** Texts up to this many bytes take at most 10 ms to read: a few hundred key terms (bench `hostile-input`). */
const SMALL = 4096;

/** Makes a reader. The thread is started when there is something for it. */
export function createTextReader(): TextReader {
  const waiting = createFairQueue<Pending>();
  let thread: Worker | undefined;
  let underWay: Pending | undefined;

  function read<Task extends ReadingTask>(
    { tenant, subject }: Pick<Identity, 'tenant' | 'subject'>,
    size: number,
    task: Task,
  ): ReadingResults[Task['kind']] | Promise<ReadingResults[Task['kind']]> {
    if (size <= SMALL) return doReading(task);
    return new Promise((resolve, reject) => {
      waiting.add(JSON.stringify([tenant, subject]), size, {
        task,
        resolve: resolve as Pending['resolve'],
        reject,
      });
      advance();
    });
  }

  function advance(): void {
    if (underWay !== undefined) return;
    underWay = waiting.take();
    if (underWay !== undefined) (thread ??= start()).postMessage(underWay.task);
  }

  function start(): Worker {
    const started = new Worker(THREAD, { env: {}, execArgv: [], resourceLimits: LIMITS });
    started.unref();
    started.on('message', (result: ReadingResults[ReadingTask['kind']]) => {
      const done = underWay;
      underWay = undefined;
      done?.resolve(result);
      advance();
    });
    // The error's message may hold what was read.
    started.on('error', () => undefined);
    started.on('exit', () => {
      if (thread === started) thread = undefined;
      const failed = underWay;
      underWay = undefined;
      failed?.reject(threadEnded());
      advance();
    });
    return started;
  }

  return {
    message: (owner, frame) => {
      const audio = frame.length <= SMALL ? undefined : readAudioMessage(frame);
      return audio ?? read(owner, frame.length, { kind: 'message', frame });
    },
    voskMessage: (owner, frame) => read(owner, frame.length, { kind: 'vosk-message', frame }),
    whisperLiveOptions: (owner, frame) => read(owner, frame.length, { kind: 'whisper-live-options', frame }),
    deepgramMessage: (owner, frame) => read(owner, frame.length, { kind: 'deepgram-message', frame }),
    realtimeEvent: (owner, frame) =>
      readAppend(frame) ?? read(owner, frame.length, { kind: 'realtime-event', frame }),
    keyTerms: (owner, text) => read(owner, text.length, { kind: 'key-terms', text }),
    accept: (owner, sent, shared, language) => {
      if (sent.count === 0) return { terms: shared, warnings: [] };
      return read(owner, sent.json.length + shared.json.length, { kind: 'accept', sent, shared, language });
    },
    sharedTerms: (file) =>
      read(OPERATOR, file.content.length + file.server.json.length, { kind: 'shared-terms', file }),
    close: () => {
      for (const { reject } of waiting.takeAll()) reject(threadEnded());
      void thread?.terminate();
    },
  };
}

function threadEnded(): Error {
  return new Error('the thread that reads texts has ended');
}

/** A text that waits to be read, or is being read. */
interface Pending {
  readonly task: ReadingTask;
  readonly resolve: (result: ReadingResults[ReadingTask['kind']]) => void;
  readonly reject: (error: Error) => void;
}

/** The module of the thread: the built one, even in tests, which run the sources. */
const THREAD = new URL('../../dist/reading/thread-main.js', import.meta.url);

/** Memory of the thread: several times as much as the largest message needs. */
const LIMITS = { maxOldGenerationSizeMb: 192 };
