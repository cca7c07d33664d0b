import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FromHosted, HostedModel, HostedProcess, WorkerStatus } from '@auscult/asr';
import { Svcm } from '@nats-io/services';
import type { Msg } from '@nats-io/transport-node';
import type { Log } from '../../telemetry/log.js';
import type { Tracing } from '../../telemetry/tracing/tracing.js';
import { serverVersion } from '../../version.js';
import { CLUSTER_PROTOCOL } from '../cluster-protocol.js';
import type { ClusterConnection } from '../connect-cluster.js';
import { readFrame, writeFrames, type Frame } from './frames.js';
import { instanceName } from './instance-name.js';
import { createKeptTermLists } from './kept-term-lists.js';
import { createMachineAudio } from './machine-audio.js';
import { readRefusal, writeMessage, type Announcement } from './messages.js';
import { createServerLink, type JobNumbers, type ServerLink } from './server-link.js';
import { allToMachine, ANNOUNCEMENTS, senderOf, toServer, vocabularyOf, type Peer } from './subjects.js';

/** A machine that infers for the servers of a cluster. */
export interface InferenceMachine {
  readonly status: () => MachineStatus;
  /** Takes no more jobs, finishes those that it has in at most so many seconds, and ends its processes. */
  readonly stop: (drainSeconds: number) => Promise<void>;
}

/** How a machine is, for whoever watches it. */
export interface MachineStatus {
  readonly workers: readonly WorkerStatus[];
  /** Jobs that it has at present. */
  readonly jobs: number;
  /** Servers that are linked to it. */
  readonly servers: number;
  readonly isStopping: boolean;
}

/** What a machine needs. */
export interface InferenceMachineOptions {
  readonly connection: ClusterConnection;
  readonly hosted: HostedModel;
  readonly lexicon: Announcement['lexicon'];
  /** Name of this machine; made up if it is left out. */
  readonly name: string | undefined;
  readonly log: Log;
  /** Undefined if nothing is traced here. */
  readonly tracing?: Tracing | undefined;
  /** Called with how long a process took for a job, seconds. */
  readonly onJobDone?: ((seconds: number) => void) | undefined;
}

/** Starts the processes of a model, and does the jobs that servers send. */
export async function startInferenceMachine(options: InferenceMachineOptions): Promise<InferenceMachine> {
  const { connection, hosted, log } = options;
  const { nats } = connection;
  const instance = instanceName();
  const machine: Peer = { name: options.name ?? instance, instance };
  const links = new Map<string, ServerLink>();
  const refusals = new Set<string>();
  const refused = new Set<string>();
  const owners = new Map<number, { readonly link: ServerLink; readonly id: number }>();
  let nextJob = 1;
  let nextLink = 1;
  let isStopping = false;
  const jobs: JobNumbers = {
    add(link, id) {
      owners.set(nextJob, { link, id });
      return nextJob++;
    },
    delete: (number) => owners.delete(number),
  };

  const onAnswer = (process: number, said: FromHosted) => {
    if (said.type === 'result') options.onJobDone?.(said.runSeconds);
    const owner = owners.get(said.id);
    owner?.link.onAnswer(process, owner.id, said);
  };

  const processes: readonly HostedProcess[] = hosted.start((process) => ({
    onMessage: (message) => {
      onAnswer(process, message);
    },
    onReady: () => {
      beat();
    },
    onEnded: () => {
      terms.forgetProcess(process);
      for (const link of links.values()) link.onProcessEnded(process);
    },
  }));
  const terms = createKeptTermLists(() => processes);
  const audio = createMachineAudio(processes.length);

  /** How many jobs each server may have at a process: the busier the machine, the fewer, so that none waits there for long. */
  const roomAt = (process: number): number => {
    if (isStopping || processes[process]?.isReady !== true) return 0;
    const now = performance.now();
    const busy = [...links.values()].filter((link) => now - link.busyAt() < BUSY_MS).length;
    return Math.max(LEAST_ROOM, Math.floor(ROOM / Math.max(1, busy)));
  };

  const rooms = () => processes.map((_, process) => roomAt(process));

  const beat = () => {
    const now = rooms();
    for (const link of links.values()) link.beat(now);
  };

  const open = (key: string, server: Peer, epoch: number) => {
    links.get(key)?.end();
    const ofName = [...links.keys()].filter((other) => other.startsWith(`${server.name}.`)).length;
    if (!links.has(key) && (links.size >= MOST_SERVERS || ofName >= MOST_OF_NAME)) {
      noteRefused(server, 'links');
      return;
    }
    const number = nextLink++;
    const onServed = options.tracing?.served;
    const link = createServerLink({
      nats,
      machine,
      server,
      epoch,
      number,
      processes,
      jobs,
      terms,
      audio,
      impossiblePart: hosted.impossiblePart,
      onRefused: (part) => {
        noteRefused(server, part);
      },
      onServed,
    });
    links.set(key, link);
  };

  /** Once for each server and part: whoever says a thing wrongly says it often. */
  const noteRefused = ({ name }: Peer, part: string) => {
    const what = `${name} ${part}`;
    if (refused.has(what) || refused.size >= MOST_SERVERS) return;
    refused.add(what);
    log.error('a message of a server is refused', { server: name, reason: part });
  };

  const take = (frame: Frame, subject: string) => {
    const server = senderOf(subject);
    const key = `${server.name}.${server.instance}`;
    if (frame.kind === 'refuse') {
      noteRefusal(key, server, frame);
      return;
    }
    if (frame.kind === 'open') open(key, server, frame.epoch);
    const link = links.get(key);
    if (frame.kind === 'close' || !link || link.epoch !== frame.epoch) {
      if (link && link.epoch === frame.epoch) endLink(key, link);
      // Whoever was just refused a link asks again when the machine announces itself.
      else if (frame.kind !== 'close' && frame.kind !== 'open') tellUnknown(server, frame.epoch);
      return;
    }
    if (!link.receive(frame)) {
      endLink(key, link);
      tellUnknown(server, frame.epoch);
    } else if (frame.kind === 'open') link.beat(rooms());
  };

  const endLink = (key: string, link: ServerLink) => {
    links.delete(key);
    link.end();
  };

  const tellUnknown = (server: Peer, epoch: number) => {
    for (const bytes of writeFrames({ kind: 'unknown', process: 0, epoch }, new Uint8Array(0), 0, 64))
      nats.publish(toServer(server, machine), bytes);
  };

  const noteRefusal = (key: string, server: Peer, frame: Frame) => {
    const refusal = readRefusal(frame.payload);
    if (!refusal.ok || refusals.has(key) || refusals.size >= MOST_SERVERS) return;
    refusals.add(key);
    log.error('a server does not use this machine', { server: server.name, ...refusal.message });
  };

  const announcement: Announcement = {
    ...machine,
    protocol: CLUSTER_PROTOCOL,
    version: serverVersion(),
    fingerprint: hosted.fingerprint,
    textTokens: hosted.textTokens,
    lexicon: options.lexicon,
    processes: processes.length,
    model: {
      ...hosted.model,
      languages: [...hosted.model.languages],
      tasks: [...(hosted.model.tasks ?? ['transcribe'])],
    },
  };
  const announce = () => {
    if (connection.isConnected() && !isStopping) nats.publish(ANNOUNCEMENTS, writeMessage(announcement));
  };

  const tick = () => {
    if (!connection.isConnected()) return;
    const now = performance.now();
    for (const [key, link] of links) if (now - link.heardAt() > SERVER_SILENCE_MS) endLink(key, link);
    beat();
  };

  const vocabulary = await promisify(deflateRaw)(hosted.vocabulary);
  const subscriptions = [
    nats.subscribe(allToMachine(machine), {
      callback: (error, { data, subject }: Msg) => {
        if (error) return;
        const frame = readFrame(data);
        if (frame) take(frame, subject);
        else noteRefused(senderOf(subject), 'frame');
      },
    }),
    nats.subscribe(vocabularyOf(machine), {
      callback: (error, message) => {
        if (!error) message.respond(vocabulary);
      },
    }),
  ];
  const service = await registerService(connection, announcement, () => ({
    jobs: owners.size,
    capacity: processes.filter(({ isReady }) => isReady).length * ROOM,
    servers: links.size,
  }));
  const stopFollowing = connection.onChange((isConnected) => {
    if (isConnected) announce();
    else for (const [key, link] of links) endLink(key, link);
  });
  const timers = [setInterval(tick, BEAT_MS), setInterval(announce, ANNOUNCE_MS)];
  announce();
  log.info('serving inference', { server: machine.name, model: hosted.model.name, count: processes.length });

  return {
    status: () => ({
      workers: processes.map((process) => process.status()),
      jobs: owners.size,
      servers: links.size,
      isStopping,
    }),
    stop: async (drainSeconds) => {
      isStopping = true;
      beat();
      const until = performance.now() + drainSeconds * 1000;
      while (owners.size > 0 && performance.now() < until) await sleep(20);
      for (const timer of timers) clearInterval(timer);
      stopFollowing();
      await service.stop().catch(() => undefined);
      for (const subscription of subscriptions) subscription.unsubscribe();
      if (connection.isConnected()) await nats.flush().catch(() => undefined);
      await Promise.all(processes.map((process) => process.close()));
    },
  };
}

/** Registers the machine for `nats micro`, by which operators see it. */
async function registerService(
  { nats }: ClusterConnection,
  { name, version, model, protocol }: Announcement,
  stats: () => object,
) {
  // The package asks for a prerelease of the client's core, whose types differ; what it uses of the connection is the same.
  const services = new Svcm(nats as unknown as ConstructorParameters<typeof Svcm>[0]);
  return services.add({
    name: 'auscult-inference',
    version: /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? '0.0.0',
    description: 'Speech recognition for the servers of an Auscult cluster',
    metadata: {
      machine: name,
      model: model.name,
      computeType: model.computeType,
      device: model.device,
      protocol: String(protocol),
    },
    statsHandler: () => Promise.resolve(stats()),
  });
}

/** Jobs of one server at a process, if no other server has any: what a server gives a process of its own, and some more. */
const ROOM = 12;

/** A final and a partial. */
const LEAST_ROOM = 2;

/** A server that has sent no job for this long takes no room from others, milliseconds. */
const BUSY_MS = 10_000;

const BEAT_MS = 500;
const ANNOUNCE_MS = 1_000;

/** A server that says nothing for this long has its jobs dropped, milliseconds. */
const SERVER_SILENCE_MS = 15_000;

/** Beyond these, servers are not answered. */
const MOST_SERVERS = 256;

/** Links of servers of one name. A server has one, and those that it has left are soon ended. */
const MOST_OF_NAME = 16;
