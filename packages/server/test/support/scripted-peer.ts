import { connect } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { writeAudio } from '../../src/cluster/inference/audio-payload.js';
import {
  createFrameAssembly,
  readFrame,
  writeFrames,
  type FrameKind,
} from '../../src/cluster/inference/frames.js';
import {
  readAnnouncement,
  readAnswer,
  type Announcement,
  type Answer,
} from '../../src/cluster/inference/messages.js';
import { ANNOUNCEMENTS, toMachine, toServer, type Peer } from '../../src/cluster/inference/subjects.js';
import { until } from './until.js';

/** A server of a cluster that says to an inference machine whatever a test wants, in frames as they should be. */
export interface ScriptedPeer {
  /** Answers of the machine so far. */
  readonly answers: () => readonly Answer[];
  readonly sendOrder: (order: object, process?: number) => void;
  /** Sends bytes as the payload of a frame. */
  readonly send: (kind: FrameKind, payload: Uint8Array, process?: number) => void;
  readonly sendAudio: (stream: string, samples: number, process?: number) => void;
  readonly answerTo: (id: number) => Promise<Answer>;
}

/** Waits for a machine to announce itself, and begins a link to it. */
export async function linkToMachine(url: string, name: string, instance = 'scripted'): Promise<ScriptedPeer> {
  const nats = await connect({ servers: url.replace('nats://', '') });
  onTestFinished(() => nats.close());
  let machine: Announcement | undefined;
  nats.subscribe(ANNOUNCEMENTS, {
    callback: (_error, { data }) => {
      const read = readAnnouncement(data);
      if (read.ok) machine ??= read.message;
    },
  });
  const server: Peer = { name, instance };
  const answers: Answer[] = [];
  const assembly = createFrameAssembly();
  await until(() => machine !== undefined);
  if (machine === undefined) throw new TypeError('no machine');
  const subject = toMachine(machine, server);
  nats.subscribe(toServer(server, machine), {
    callback: (_error, { data }) => {
      const frame = readFrame(data);
      const message = frame && assembly.take(frame);
      if (typeof message !== 'object' || message.kind !== 'answer') return;
      const read = readAnswer(message.payload);
      if (read.ok) answers.push(read.message);
    },
  });
  let sequence = 0;
  const send = (kind: FrameKind, payload: Uint8Array, process = 0) => {
    for (const frame of writeFrames({ kind, process, epoch: 1 }, payload, sequence, 256 * 1024)) {
      sequence++;
      nats.publish(subject, frame);
    }
  };
  send('open', new Uint8Array(0));
  return {
    answers: () => answers,
    send,
    sendOrder: (order, process) => {
      send('order', Buffer.from(JSON.stringify(order)), process);
    },
    sendAudio: (stream, samples, process) => {
      const piece = { stream, from: 0, neededFrom: 0, samples: new Int16Array(samples) };
      send('audio', writeAudio(piece), process);
    },
    answerTo: async (id) => {
      await until(() => answers.some((each) => 'id' in each && each.id === id));
      const found = answers.find((each) => 'id' in each && each.id === id);
      if (found === undefined) throw new TypeError('no answer');
      return found;
    },
  };
}

/** A job over a second of audio of a stream. */
export function scriptedJob(id: number, stream: string, changed: object = {}) {
  return {
    id,
    priority: 'final',
    stream,
    audio: { from: 0, to: 16_000, silenceAhead: 0, speed: 1 },
    prefix: [],
    draft: [],
    newSeconds: 1,
    keepState: false,
    decoding: { language: 'en', task: 'transcribe', beams: 1, fallback: false, speaks: false },
    termLists: [],
    ...changed,
  };
}
