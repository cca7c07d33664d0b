import type { ServerMessage } from '@auscult/protocol';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { Connection } from '../connection/connection.js';
import { ownProblem, type Problem } from '../problem.js';
import type { AudioBuffer } from './audio-buffer.js';
import type { Identification } from '../speakers/identification.js';
import { createAudioSender } from './audio-sender.js';
import { createFlushRequests, type FlushRequests } from './flush-requests.js';
import { createLedger, type Ledger } from './ledger.js';
import { createLiveness, type Liveness } from './liveness.js';
import { createLosses } from './losses.js';
import type { SocketSender } from './socket-sender.js';
import { createTextIntake, type TextIntake, type TextListener } from './text-intake.js';

/** Audio out and text in, over whatever connection and session there is: what is sent, settled and lost. */
export interface Transfer extends Pick<SocketSender, 'send' | 'keepAlive'>, Pick<Liveness, 'isDead'> {
  /** A connection is ready for audio; of an old session, the server has taken so many samples. */
  readonly begin: (receivedSamples: number | undefined) => void;
  /** Sends over `connection` from now on, at most so many bytes in a frame. */
  readonly connect: (connection: Connection, maxFrameBytes: number) => void;
  /** The connection is gone: unsent audio waits for the next. */
  readonly interrupt: () => void;
  /** The server sent a message. */
  readonly heard: (message: ServerMessage) => void;
  readonly takeText: TextIntake['take'];
  /** More audio is in the buffer. */
  readonly onAudio: Liveness['flushIfMuchIsUnsettled'];
  /** Asks for the text of all audio so far. */
  readonly flush: (kind: 'finalize' | 'stop') => void;
  /** Audio was dropped from the buffer, from one sample to another. */
  readonly drop: (from: number, to: number) => void;
  /** For each channel of the session, the sequence of the next final. */
  readonly nextFinals: () => readonly number[];
  /** For each channel, what added to a sequence of the session gives the transcriber's own. */
  readonly sequenceOffsets: () => readonly number[];
  /** Seconds of audio that the server is not known to have. */
  readonly waitingSeconds: () => number;
  /** Samples that will never be transcribed. */
  readonly lostSamples: () => number;
}

export interface TransferListener extends TextListener {
  /** Some audio need not be kept any more. */
  readonly onSettled: () => void;
  readonly onProblem: (problem: Problem) => void;
}

interface TransferOptions {
  readonly channels: number;
  /** Unsettled seconds at which a server that acknowledges nothing is asked to flush. */
  readonly flushSeconds: number;
  readonly buffer: AudioBuffer;
  readonly identification: Identification;
  readonly listener: TransferListener;
}

export function createTransfer(options: TransferOptions): Transfer {
  const { channels, flushSeconds, buffer, identification, listener } = options;
  const ledger = createLedger(channels);
  const requests = createFlushRequests();
  const sender = createAudioSender({ buffer, ledger, requests, identification, channels });
  const liveness = createLiveness({ ledger, requests, flushSeconds });
  const losses = createLosses();
  const text = createTextIntake({ ledger, requests, channels, ownOf: identification.ownOf, listener });
  let hasToldOfDrops = false;

  return {
    send: sender.send,
    keepAlive: sender.keepAlive,
    isDead: liveness.isDead,
    begin: (receivedSamples) => {
      if (receivedSamples === undefined) {
        losses.loseSession();
        beginSession(ledger, requests, buffer);
      } else ledger.resume(receivedSamples);
      requests.forgetSent();
      hasToldOfDrops = false;
      liveness.begin();
    },
    connect: sender.connect,
    interrupt: sender.disconnect,
    heard: (message) => {
      liveness.heard();
      if (message.type === 'error' && message.code === 'audio_lost')
        losses.addUnrecognised(message.start, message.end);
    },
    takeText: (message) => {
      text.take(message);
      if (message.type === 'acknowledged') identification.confirm(ledger.received());
      const settled = ledger.settled();
      if (settled >= buffer.begin()) losses.settleDropped();
      buffer.release(settled);
      listener.onSettled();
    },
    onAudio: liveness.flushIfMuchIsUnsettled,
    flush: (kind) => {
      requests.add(kind, buffer.end());
      sender.send();
    },
    drop: (from, to) => {
      losses.addDropped(from, to, ledger.isAcknowledged() ? ledger.received() : ledger.sent());
      if (!hasToldOfDrops) listener.onProblem(ownProblem('buffer_full'));
      hasToldOfDrops = true;
    },
    nextFinals: ledger.next,
    sequenceOffsets: ledger.offsets,
    waitingSeconds: () => waitingSamples(ledger, buffer) / SAMPLE_RATE,
    lostSamples: losses.samples,
  };
}

/** A new session gets all audio that is not settled yet and is still there. */
function beginSession(ledger: Ledger, requests: FlushRequests, buffer: AudioBuffer): void {
  const base = Math.max(ledger.settled(), buffer.begin());
  ledger.beginSession(base);
  requests.beginSession(base);
}

function waitingSamples(ledger: Ledger, buffer: AudioBuffer): number {
  const there = ledger.isAcknowledged() ? ledger.received() : ledger.settled();
  return Math.max(0, buffer.end() - there);
}
