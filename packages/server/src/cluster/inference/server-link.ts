import {
  LEXICON,
  type AudioPiece,
  type FromHosted,
  type HostedModel,
  type HostedProcess,
} from '@auscult/asr';
import type { NatsConnection } from '@nats-io/transport-node';
import { readAudio } from './audio-payload.js';
import { createFrameAssembly, type Frame } from './frames.js';
import type { KeptTermLists } from './kept-term-lists.js';
import { createLinkSender } from './link-sender.js';
import type { MachineAudio } from './machine-audio.js';
import { isKeyTermList, readOrder, writeMessage, type Order, type WrittenMessage } from './messages.js';
import type { ServedJob } from '../../telemetry/tracing/tracing.js';
import { toServer, type Peer } from './subjects.js';

/** What a machine does for one server. */
export interface ServerLink {
  readonly epoch: number;
  /** When the server was last heard, milliseconds of `performance.now()`. */
  readonly heardAt: () => number;
  /** When the server last sent a job. */
  readonly busyAt: () => number;
  /** Takes what the server said; false if something before it is missing, so that the link cannot go on. */
  readonly receive: (frame: Frame) => boolean;
  /** Takes what a process said of a job of this server. */
  readonly onAnswer: (process: number, id: number, said: FromHosted) => void;
  /** A process ended. */
  readonly onProcessEnded: (process: number) => void;
  /** Tells the server how many jobs it may have at each process. */
  readonly beat: (rooms: readonly number[]) => void;
  /** Drops its jobs, and frees what was kept for it. */
  readonly end: () => void;
}

/** What a link works with. */
export interface ServerLinkOptions {
  readonly nats: NatsConnection;
  readonly machine: Peer;
  readonly server: Peer;
  readonly epoch: number;
  /** Differs between all links: it keeps the names of streams of servers apart. */
  readonly number: number;
  readonly processes: readonly HostedProcess[];
  /** Numbers of jobs at processes, over all servers. */
  readonly jobs: JobNumbers;
  readonly terms: KeptTermLists;
  /** Of all servers. */
  readonly audio: MachineAudio;
  readonly impossiblePart: HostedModel['impossiblePart'];
  /** The server has said something that cannot be: in this part of a message. */
  readonly onRefused: (part: string) => void;
  /** Called with each job that a process has done and that is part of a trace; absent if nothing is traced here. */
  readonly onServed?: ((job: ServedJob) => void) | undefined;
}

/** Gives jobs numbers at the processes, and knows whose they are. */
export interface JobNumbers {
  add(link: ServerLink, id: number): number;
  delete(number: number): void;
}

/** Begins to work for a server. */
export function createServerLink(options: ServerLinkOptions): ServerLink {
  const { nats, server, machine, epoch, processes, terms, audio, onRefused } = options;
  const assembly = createFrameAssembly();
  const sender = createLinkSender(
    nats,
    { subject: toServer(server, machine), epoch },
    { add: () => undefined },
  );
  /** The jobs at each process: the number there by the number at the server. */
  const jobs = processes.map(() => new Map<number, number>());
  /** Those of them that are part of a trace. */
  const traced = processes.map(() => new Map<number, TracedJob>());
  const streams = processes.map(() => new Set<string>());
  const paused = new Map<number, NodeJS.Timeout>();
  let heardAt = performance.now();
  let busyAt = heardAt;

  const own = (name: string) => `${options.number}/${name}`;
  const answer = (process: number, said: WrittenMessage) => {
    sender.send('answer', writeMessage(said), process);
  };

  const takeAudio = (process: number, payload: Uint8Array) => {
    const piece = readAudio(payload);
    if (!piece || !processes[process]) {
      onRefused('audio');
      return;
    }
    const owned = { ...piece, stream: own(piece.stream) };
    audio.keep(owned);
    giveAudio(process, owned);
  };

  /** Of what the process is not given, a job is answered as lacking audio. */
  const giveAudio = (process: number, piece: AudioPiece | undefined) => {
    const names = streams[process];
    if (!piece || !names || (!names.has(piece.stream) && names.size >= MOST_STREAMS)) return;
    names.add(piece.stream);
    processes[process]?.send({ type: 'audio', piece });
  };

  const refuseJob = (process: number, id: number, part: string) => {
    onRefused(part);
    answer(process, { type: 'refused', id, part });
  };

  const takeJob = (process: number, { job }: Order & { readonly type: 'job' }) => {
    const host = processes[process];
    const atProcess = jobs[process];
    if (!host || !atProcess) return;
    busyAt = performance.now();
    const impossible = options.impossiblePart(job);
    if (impossible !== undefined) {
      refuseJob(process, job.id, `job.${impossible}`);
      return;
    }
    if (!host.isReady || atProcess.has(job.id) || atProcess.size >= MOST_JOBS) {
      answer(process, { type: 'returned', id: job.id });
      return;
    }
    const lists = job.termLists.filter((name) => name !== LEXICON);
    if (!terms.tell(process, lists)) {
      answer(process, { type: 'terms-missing', id: job.id });
      return;
    }
    const number = options.jobs.add(link, job.id);
    atProcess.set(job.id, number);
    const { trace: traceparent, priority } = job;
    if (options.onServed && traceparent !== undefined)
      traced[process]?.set(job.id, { traceparent, priority, receivedAt: performance.now() });
    host.send({
      type: 'job',
      job: {
        ...job,
        id: number,
        stream: own(job.stream),
        window: job.window === undefined ? undefined : own(job.window),
      },
    });
  };

  const endJob = (process: number, id: number): number | undefined => {
    const number = jobs[process]?.get(id);
    if (number === undefined) return undefined;
    jobs[process]?.delete(id);
    traced[process]?.delete(id);
    options.jobs.delete(number);
    return number;
  };

  const goOn = (process: number) => {
    clearTimeout(paused.get(process));
    if (paused.delete(process)) processes[process]?.send({ type: 'go-on' });
  };

  const obey = (process: number, order: Order) => {
    const host = processes[process];
    if (!host) {
      onRefused('process');
      return;
    }
    switch (order.type) {
      case 'job':
        takeJob(process, order);
        break;
      case 'terms':
        if (isKeyTermList(order.list)) terms.keep(options.number, order.list);
        else onRefused('list');
        break;
      case 'forget-terms':
        terms.release(options.number, order.name);
        break;
      case 'known-audio':
        giveAudio(process, audio.read({ ...order.known, stream: own(order.known.stream) }));
        break;
      case 'forget-audio':
        streams[process]?.delete(own(order.stream));
        audio.forget(own(order.stream));
        host.send({ type: 'forget-audio', stream: own(order.stream) });
        break;
      case 'forget':
        host.send({ type: 'forget', window: own(order.window) });
        break;
      case 'cancel': {
        const number = endJob(process, order.id);
        if (number !== undefined) host.send({ type: 'cancel', id: number });
        break;
      }
      case 'promote': {
        const number = jobs[process]?.get(order.id);
        if (number !== undefined) host.send({ type: 'promote', id: number });
        break;
      }
      case 'pause':
        if (paused.has(process)) return;
        paused.set(process, setTimeout(goOn, LONGEST_PAUSE_MS, process).unref());
        host.send({ type: 'pause' });
        break;
      case 'go-on':
        goOn(process);
        break;
    }
  };

  const link: ServerLink = {
    epoch,
    heardAt: () => heardAt,
    busyAt: () => busyAt,
    receive: (frame) => {
      heardAt = performance.now();
      const message = assembly.take(frame);
      if (message === 'gap') return false;
      if (message === 'incomplete') return true;
      if (message.kind === 'audio') takeAudio(message.process, message.payload);
      if (message.kind !== 'order') return true;
      const order = readOrder(message.payload);
      if (order.ok) obey(message.process, order.message);
      else if (order.id === undefined) onRefused(order.part);
      else refuseJob(message.process, order.id, order.part);
      return true;
    },
    onAnswer: (process, id, said) => {
      const job = traced[process]?.get(id);
      endJob(process, id);
      if (said.type === 'audio-missing') {
        answer(process, { type: 'audio-missing', id });
        return;
      }
      const { result, runSeconds, phases } = said;
      answer(process, { type: 'result', id, result, runSeconds, phases });
      if (job) options.onServed?.({ ...job, process, runSeconds, phases });
    },
    onProcessEnded: (process) => {
      for (const id of jobs[process]?.keys() ?? []) endJob(process, id);
      streams[process]?.clear();
      clearTimeout(paused.get(process));
      paused.delete(process);
      answer(process, { type: 'ended' });
    },
    beat: (rooms) => {
      sender.send('beat', writeMessage({ rooms }));
    },
    end: () => {
      for (const [process, host] of processes.entries()) {
        goOn(process);
        for (const id of jobs[process]?.keys() ?? []) {
          const number = endJob(process, id);
          if (number !== undefined) host.send({ type: 'cancel', id: number });
        }
        for (const stream of streams[process] ?? []) host.send({ type: 'forget-audio', stream });
        streams[process]?.clear();
      }
      audio.forgetAll((stream) => stream.startsWith(own('')));
      terms.releaseAll(options.number);
    },
  };
  return link;
}

type TracedJob = Pick<ServedJob, 'traceparent' | 'priority' | 'receivedAt'>;

/** More than a server is ever allowed to have. */
const MOST_JOBS = 64;

/** Streams of which a process may keep audio for one server; what they hold is bounded in the process. */
const MOST_STREAMS = 4096;

/** As in the scheduler of one machine. */
const LONGEST_PAUSE_MS = 2_000;
