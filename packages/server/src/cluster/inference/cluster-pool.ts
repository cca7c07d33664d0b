import { createJoinedPool, type JoinedPool, type MachinesStatus, type RecognizerEvent } from '@auscult/asr';
import type { Msg } from '@nats-io/transport-node';
import { instanceName } from './instance-name.js';
import type { Log } from '../../telemetry/log.js';
import { CLUSTER_PROTOCOL } from '../cluster-protocol.js';
import type { ClusterConnection } from '../connect-cluster.js';
import { writeFrames } from './frames.js';
import { createMachineLink, type MachineLink } from './machine-link.js';
import { readAnnouncement, writeMessage, type Announcement } from './messages.js';
import { allToServer, ANNOUNCEMENTS, senderOf, toMachine, type Peer } from './subjects.js';

/** The inference machines of a cluster as a pool. */
export interface ClusterPool {
  readonly pool: JoinedPool;
  /** Resolves with the first machine that has the model. */
  readonly firstMachine: Promise<Announcement>;
  readonly status: () => MachinesStatus;
  readonly close: () => Promise<void>;
}

/** What a pool looks for, and how patient it is. */
export interface ClusterPoolOptions {
  readonly connection: ClusterConnection;
  /** Name of this server in subjects. */
  readonly serverName: string;
  /** Why a machine does not fit; undefined if it does. */
  readonly unfitness: (machine: Announcement) => string | undefined;
  readonly workerTimeoutSeconds: number;
  readonly onEvent: (event: RecognizerEvent) => void;
  readonly log: Log;
}

/** Looks for machines, and takes those that fit into use as long as they are there. */
export function createClusterPool(options: ClusterPoolOptions): ClusterPool {
  const { connection, log, onEvent } = options;
  const { nats } = connection;
  const server: Peer = { name: options.serverName, instance: instanceName() };
  const pool = createJoinedPool(onEvent);
  const machines = new Map<string, KnownMachine>();
  const unreadable = new Set<string>();
  const counts = { jobsMoved: 0, sentBytes: 0, receivedBytes: 0 };
  let fingerprint: string | undefined;
  let found: (machine: Announcement) => void = () => undefined;
  const firstMachine = new Promise<Announcement>((resolve) => (found = resolve));

  const announced = (machine: Announcement) => {
    const known = machines.get(machine.instance);
    if (known) {
      known.announcedAt = performance.now();
      known.link?.onAnnounced();
      if (known.refused !== undefined) refuse(machine, known.refused);
      return;
    }
    if (machines.size >= MOST_MACHINES) return;
    const refused = unfitnessOf(machine);
    const link = refused === undefined ? linkTo(machine) : undefined;
    machines.set(machine.instance, { link, refused, announcedAt: performance.now() });
    if (refused === undefined) {
      log.info('inference machine joined', { server: machine.name, model: machine.model.name });
      found(machine);
    } else {
      log.warn('inference machine is not used', { server: machine.name, reason: refused });
      refuse(machine, refused);
    }
  };

  /** Machines say it every second. */
  const noteUnreadable = (part: string) => {
    if (unreadable.has(part) || unreadable.size >= MOST_MACHINES) return;
    unreadable.add(part);
    log.warn('the announcement of an inference machine is refused', { reason: part });
  };

  const unfitnessOf = (machine: Announcement): string | undefined => {
    if (machine.protocol !== CLUSTER_PROTOCOL) return `protocol ${machine.protocol}, not ${CLUSTER_PROTOCOL}`;
    const unfit = options.unfitness(machine);
    if (unfit !== undefined) return unfit;
    fingerprint ??= machine.fingerprint;
    return fingerprint === machine.fingerprint ? undefined : 'other weights under the name of the model';
  };

  /** Tells a machine why it gets nothing to do. */
  const refuse = (machine: Announcement, reason: string) => {
    const frame = { kind: 'refuse', process: 0, epoch: 0 } as const;
    for (const bytes of writeFrames(frame, writeMessage({ reason }), 0, nats.info?.max_payload ?? 1024))
      nats.publish(toMachine(machine, server), bytes);
  };

  const linkTo = (machine: Announcement): MachineLink =>
    createMachineLink({
      nats,
      pool,
      server,
      machine,
      sent: {
        add: (bytes) => {
          counts.sentBytes += bytes;
        },
      },
      silenceSeconds: Math.max(LEAST_SILENCE_SECONDS, options.workerTimeoutSeconds / 4),
      deadlineSeconds: options.workerTimeoutSeconds,
      onJobsMoved: (count) => {
        counts.jobsMoved += count;
      },
      onLost: (reason) => {
        log.warn('inference machine lost', { server: machine.name, reason });
      },
      onRefused: (by, part) => {
        log.error(by === 'machine' ? JOB_REFUSED : ANSWER_REFUSED, { server: machine.name, reason: part });
      },
    });

  const receive = ({ subject, data, headers }: Msg) => {
    const link = machines.get(senderOf(subject).instance)?.link;
    counts.receivedBytes += data.length;
    if (headers?.code === NO_RESPONDERS) link?.onUnheard();
    else link?.receive(data);
  };

  const check = () => {
    if (!connection.isConnected()) return;
    const now = performance.now();
    const ready = [...machines.values()].filter(({ link }) => link?.isReady() === true).length;
    for (const [instance, { link, announcedAt }] of machines) {
      link?.check(ready > (link.isReady() ? 1 : 0));
      if (link?.isReady() === true || now - announcedAt < FORGOTTEN_MS) continue;
      link?.close();
      machines.delete(instance);
    }
  };

  const subscriptions = [
    nats.subscribe(ANNOUNCEMENTS, {
      callback: (error, message) => {
        if (error) return;
        const machine = readAnnouncement(message.data);
        if (machine.ok) announced(machine.message);
        else noteUnreadable(machine.part);
      },
    }),
    nats.subscribe(allToServer(server), {
      callback: (error, message) => {
        if (!error) receive(message);
      },
    }),
  ];
  const stopFollowing = connection.onChange((isConnected) => {
    // What was on its way is lost. Machines say that they are there when NATS is there again.
    if (!isConnected) for (const { link } of machines.values()) link?.lose();
  });
  const timer = setInterval(check, CHECK_MS).unref();

  return {
    pool,
    firstMachine,
    status: () => {
      const links = [...machines.values()].flatMap(({ link }) => (link?.isReady() === true ? [link] : []));
      return {
        ...counts,
        machines: links.length,
        capacity: links.reduce((sum, link) => sum + link.capacity(), 0),
      };
    },
    close: async () => {
      clearInterval(timer);
      stopFollowing();
      for (const subscription of subscriptions) subscription.unsubscribe();
      await pool.close();
      for (const { link } of machines.values()) link?.close();
    },
  };
}

const JOB_REFUSED = 'an inference machine refuses a job';
const ANSWER_REFUSED = 'an answer of an inference machine is refused, and its jobs go elsewhere';

interface KnownMachine {
  readonly link: MachineLink | undefined;
  readonly refused: string | undefined;
  announcedAt: number;
}

/** How often a server tells machines that it is there, milliseconds. */
const CHECK_MS = 500;

/** A machine that has not said for this long that it is there is forgotten, milliseconds. */
const FORGOTTEN_MS = 30_000;

const LEAST_SILENCE_SECONDS = 2;

/** Beyond these, machines are ignored. */
const MOST_MACHINES = 256;

/** The status by which NATS tells that nobody listens to a subject. */
const NO_RESPONDERS = 503;
