import type { JoinedPool, JoinedProcess, ToHosted } from '@auscult/asr';
import type { NatsConnection } from '@nats-io/transport-node';
import { createAudioAtMachine } from './audio-at-machine.js';
import { writeAudio } from './audio-payload.js';
import { createFrameAssembly, readFrame } from './frames.js';
import { createLinkSender, type LinkSender, type SentBytes } from './link-sender.js';
import { readAnswer, readBeat, writeMessage, type Announcement, type Answer } from './messages.js';
import { toMachine, toServer, type Peer } from './subjects.js';

/** What a server knows of one inference machine, and says to it. */
export interface MachineLink {
  readonly machine: Announcement;
  /** Whether any of its processes takes jobs. */
  readonly isReady: () => boolean;
  /** How many jobs it may have at present. */
  readonly capacity: () => number;
  /** Takes what the machine said. */
  readonly receive: (bytes: Uint8Array) => void;
  /** Nobody listens to what is said to the machine. */
  readonly onUnheard: () => void;
  /** The machine has said that it is there. */
  readonly onAnnounced: () => void;
  /** Looks after jobs that are late, and after a machine that says nothing. `hasOthers`: whether other machines take jobs. */
  readonly check: (hasOthers: boolean) => void;
  /** Gives all jobs back, and forgets the machine. */
  readonly lose: () => void;
  /** Ends the link; the machine frees what it keeps for it. */
  readonly close: () => void;
}

/** What a link works with. */
export interface MachineLinkOptions {
  readonly nats: NatsConnection;
  readonly pool: JoinedPool;
  readonly server: Peer;
  readonly machine: Announcement;
  readonly sent: SentBytes;
  /** A machine that has said nothing for this long is taken for gone, seconds. */
  readonly silenceSeconds: number;
  /** A job that has been at a machine for this long goes to another, seconds. */
  readonly deadlineSeconds: number;
  readonly onJobsMoved: (count: number) => void;
  readonly onLost: (reason: LinkLoss) => void;
  /** The machine has refused a job for this part of it, or has itself said something that cannot be. */
  readonly onRefused: (by: 'machine' | 'server', part: string) => void;
}

/** Why a link was lost: the machine has left, said nothing, lost what it was told, or was late. */
type LinkLoss = 'gone' | 'silent' | 'out-of-step';

/** Takes the processes of a machine into a pool, and begins a link to it. */
export function createMachineLink(options: MachineLinkOptions): MachineLink {
  const { nats, pool, server, machine, sent } = options;
  const terms = createTermsAtMachine();
  const audio = createAudioAtMachine();
  /** Jobs as they were sent, for one that has to be sent again after its terms. */
  const orders = new Map<number, ToHosted & { readonly type: 'job' }>();
  /** Those that were sent again after their terms. */
  const sentWithTerms = new Set<number>();
  let epoch = 0;
  let link: OpenLink | undefined;
  let heardAt = performance.now();
  let slowUntil = 0;

  const forgetOrder = (id: number) => {
    orders.delete(id);
    sentWithTerms.delete(id);
  };

  const send = (process: number, message: ToHosted) => {
    if (!link) return;
    if (message.type === 'audio') {
      const { known, rest } = audio.next(message.piece);
      if (known) link.sender.send('order', writeMessage({ type: 'known-audio', known }), process);
      if (rest) link.sender.send('audio', writeAudio(rest), process);
      return;
    }
    if (message.type === 'forget-audio') audio.forget(message.stream);
    if (message.type === 'terms' && !terms.tell(message.list)) return;
    if (message.type === 'forget-terms' && !terms.forget(message.name)) return;
    if (message.type === 'job') orders.set(message.job.id, message);
    if (message.type === 'cancel') forgetOrder(message.id);
    link.sender.send('order', writeMessage(message), process);
  };

  const processes = Array.from({ length: machine.processes }, (_, index) =>
    pool.join((message) => {
      send(index, message);
    }),
  );

  const open = () => {
    epoch = (epoch + 1) >>> 0;
    terms.clear();
    audio.clear();
    orders.clear();
    sentWithTerms.clear();
    heardAt = performance.now();
    const subject = toMachine(machine, server);
    const sender = createLinkSender(nats, { subject, reply: toServer(server, machine), epoch }, sent);
    link = { sender, assembly: createFrameAssembly() };
    sender.send('open');
  };

  const lose = (reason?: LinkLoss) => {
    if (!link) return;
    link = undefined;
    for (const process of processes) process.setRoom(0);
    const jobs = processes.reduce((sum, process) => sum + process.jobs().size, 0);
    for (const process of processes) process.reset('blameless');
    options.onJobsMoved(jobs);
    if (reason) options.onLost(reason);
  };

  const answer = (process: JoinedProcess, number: number, said: Answer) => {
    if (said.type === 'audio-missing') audio.forget(orders.get(said.id)?.job.stream ?? '');
    if (said.type !== 'ended' && said.type !== 'terms-missing') forgetOrder(said.id);
    switch (said.type) {
      case 'result':
        if (said.result.tokens.some((token) => token >= machine.textTokens))
          refuseAnswer(process, said.id, 'result.tokens');
        else process.onResult(said.id, said.result, said.runSeconds, said.phases);
        break;
      case 'audio-missing':
        process.onAudioMissing(said.id);
        break;
      case 'terms-missing':
        if (sentWithTerms.has(said.id)) process.giveBack([said.id]);
        else sendWithTerms(said.id, number);
        break;
      case 'refused':
        options.onRefused('machine', said.part);
        process.giveBack([said.id]);
        break;
      case 'returned':
        process.giveBack([said.id], 'blameless');
        break;
      case 'ended':
        process.setRoom(0);
        options.onJobsMoved(process.jobs().size);
        process.reset();
        break;
    }
  };

  /** The job goes to another machine, if there is one. */
  const refuseAnswer = (process: JoinedProcess, id: number | undefined, part: string) => {
    options.onRefused('server', part);
    rest();
    if (id === undefined) return;
    forgetOrder(id);
    process.giveBack([id]);
  };

  /** Gives the machine no jobs for a while. */
  const rest = () => {
    slowUntil = performance.now() + SLOW_MS;
    for (const each of processes) each.setRoom(0);
  };

  const sendWithTerms = (id: number, process: number) => {
    const order = orders.get(id);
    if (!order || !link) return;
    sentWithTerms.add(id);
    for (const list of terms.of(order.job.termLists))
      link.sender.send('order', writeMessage({ type: 'terms', list }), process);
    link.sender.send('order', writeMessage(order), process);
  };

  const setRooms = (rooms: readonly number[]) => {
    const isSlow = performance.now() < slowUntil;
    for (const [index, process] of processes.entries()) process.setRoom(isSlow ? 0 : (rooms[index] ?? 0));
  };

  const receive = (bytes: Uint8Array) => {
    const frame = readFrame(bytes);
    if (!frame || !link || frame.epoch !== epoch) return;
    heardAt = performance.now();
    if (frame.kind === 'unknown') {
      lose('out-of-step');
      open();
      return;
    }
    const message = link.assembly.take(frame);
    if (message === 'incomplete') return;
    if (message === 'gap') {
      lose('out-of-step');
      open();
      return;
    }
    const process = processes[message.process];
    if (message.kind === 'beat') {
      const beat = readBeat(message.payload);
      if (beat.ok) setRooms(beat.message.rooms);
      else options.onRefused('server', beat.part);
    } else if (message.kind === 'answer' && process) {
      const said = readAnswer(message.payload);
      if (said.ok) answer(process, message.process, said.message);
      else refuseAnswer(process, said.id, said.part);
    }
  };

  /** Gives jobs back that have been at the machine for too long, if another machine may be faster. */
  const moveLateJobs = () => {
    const before = performance.now() - options.deadlineSeconds * 1000;
    for (const [index, process] of processes.entries()) {
      const late = [...process.jobs()].flatMap(([id, since]) => (since < before ? [id] : []));
      if (late.length === 0) continue;
      rest();
      for (const id of late) send(index, { type: 'cancel', id });
      options.onJobsMoved(late.length);
      process.giveBack(late, 'blameless');
    }
  };

  open();
  return {
    machine,
    isReady: () => link !== undefined && processes.some((process) => process.room() > 0),
    capacity: () => processes.reduce((sum, process) => sum + process.room(), 0),
    receive,
    onUnheard: () => {
      lose('gone');
    },
    onAnnounced: () => {
      if (!link) open();
    },
    check: (hasOthers) => {
      if (!link) return;
      link.sender.send('ping');
      if (performance.now() - heardAt > options.silenceSeconds * 1000) lose('silent');
      else if (hasOthers) moveLateJobs();
    },
    lose: () => {
      lose();
    },
    close: () => {
      link?.sender.send('close');
      link = undefined;
      for (const process of processes) process.leave();
    },
  };
}

/** How long a machine that was late with a job, or answered what cannot be, gets no others, milliseconds. */
const SLOW_MS = 5_000;

interface OpenLink {
  readonly sender: LinkSender;
  readonly assembly: ReturnType<typeof createFrameAssembly>;
}

type KeyTermList = (ToHosted & { readonly type: 'terms' })['list'];

/** Which lists of key terms a machine was sent: each once, although it has several processes. */
function createTermsAtMachine() {
  const lists = new Map<string, KeyTermList>();
  return {
    /** Returns whether the list has to be sent. */
    tell(list: KeyTermList): boolean {
      if (lists.has(list.name)) return false;
      lists.set(list.name, list);
      return true;
    },
    /** Returns whether the machine has the list. */
    forget: (name: string): boolean => lists.delete(name),
    of: (names: readonly string[]): readonly KeyTermList[] => names.flatMap((name) => lists.get(name) ?? []),
    clear: () => {
      lists.clear();
    },
  };
}
