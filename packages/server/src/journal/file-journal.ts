import { join } from 'node:path';
import { errorCode } from '../error-code.js';
import { RECORD_BYTES } from './journal-record.js';
import { SAMPLE_BYTES } from '../records/record-audio.js';
import { createJournalledSession, type JournalledState, type WaitingRecord } from './journalled-session.js';
import type { AudioJournal, JournalFailure, JournalledSession, SessionJournal } from './journal.js';
import { createLeftFiles } from './left-files.js';
import { createSegmentLog, type KeptRecord, type SegmentLog } from './segment-log.js';

/** What a journal in files needs. */
export interface FileJournalOptions {
  /** Folder of the journals of all servers on this machine. */
  readonly directory: string;
  readonly serverId: string;
  /** The most audio that waits for the disk, bytes; audio that comes while so much waits is not kept. */
  readonly mostWaitingBytes?: number;
  /** Called with how long a commit took, seconds. */
  readonly onCommit?: (seconds: number) => void;
  /** Called when nothing can be written any more, and again, without a failure, when it can. */
  readonly onTrouble?: (failure: JournalFailure | undefined) => void;
}

/** What of it concerns how records are committed. */
type CommitOptions = Pick<FileJournalOptions, 'onCommit' | 'onTrouble' | 'mostWaitingBytes'>;

/** How long what waits may wait for others, so that all sessions share one wait for the disk, milliseconds. */
const COMMIT_MS = 100;

/** How often needless records are looked for, and how soon writing is tried again after a failure, milliseconds. */
const ATTEND_MS = 1000;

/** Audio that is settled may be in a segment so long; then the segment is destroyed. */
const SETTLED = { bytes: 0, milliseconds: 3000 } as const;

/** Snapshots are small, and replaced often: much of a segment may be needless, but nothing for long if all of it is. */
const REPLACED = { bytes: 1024 ** 2, milliseconds: 3000 } as const;

/** Unless the options say otherwise: 17 minutes. */
const MOST_WAITING_BYTES = 32 * 1024 ** 2;

/** The name of the failure if more than that waits. */
const SLOW = 'SLOW';

/** A journal in files of a folder of this machine. */
export function createFileJournal(options: FileJournalOptions): AudioJournal {
  const { directory, serverId } = options;
  const sessions = new Map<string, JournalledState>();
  const { keyOf, needsAudio, needsDescription } = recordsOf(sessions);
  const own = { directory: join(directory, `${serverId}@${serverId}`), keyOf };
  const audio = createSegmentLog({ ...own, name: 'audio', isNeeded: needsAudio, tolerated: SETTLED });
  const about = createSegmentLog({ ...own, name: 'about', isNeeded: needsDescription, tolerated: REPLACED });
  return createJournal(sessions, { audio, about }, createLeftFiles(directory, serverId), options);
}

/** What servers that are gone have left, wherever that is kept. */
interface LeftAudio {
  readonly claim: AudioJournal['left'];
  /** Destroys what is left of these sessions. */
  readonly discard: (sessionIds: ReadonlySet<string>) => Promise<void>;
}

/** Makes a journal of two logs: one of audio, and one of what else is needed. */
export function createJournal(
  sessions: Map<string, JournalledState>,
  { audio, about }: JournalLogs,
  leftAudio: LeftAudio,
  options: CommitOptions,
): AudioJournal {
  const commits = createCommits(sessions, { audio, about }, options);
  const attending = setInterval(() => {
    // What cannot be destroyed now is tried again, and a disk that fails is reported by commits.
    void Promise.allSettled([audio.clean(), about.clean()]);
  }, ATTEND_MS).unref();

  return {
    open: (session) => openSession(session, sessions, commits),
    left: leftAudio.claim,
    destroy: async (ids) => {
      for (const id of ids) if (sessions.get(id)?.hasLeft() === true) sessions.delete(id);
      const gone = new Set(ids.filter((id) => !sessions.has(id)));
      if (gone.size === 0) return;
      await Promise.all([audio.clean(gone), about.clean(gone), leftAudio.discard(gone)]);
    },
    status: () => ({
      waitingBytes: waitingBytes(sessions),
      keptBytes: audio.bytes() + about.bytes(),
      unsettledSeconds: Math.max(0, ...[...sessions.values()].map((session) => session.unsettledSeconds())),
    }),
    close: async () => {
      clearInterval(attending);
      await commits.close();
      await Promise.all([audio.close(), about.close()]);
    },
  };
}

/** What the logs of a journal ask about its sessions: their keys, and which records they still need. */
export function recordsOf(sessions: ReadonlyMap<string, JournalledState>) {
  return {
    keyOf: (id: string): Uint8Array | undefined => sessions.get(id)?.key,
    needsAudio: ({ head, bytes }: KeptRecord): boolean => {
      const to = head.from + (bytes - RECORD_BYTES) / SAMPLE_BYTES;
      return sessions.get(head.sessionId)?.needsAudio(head.channel, head.from, to) ?? false;
    },
    needsDescription: ({ head }: KeptRecord): boolean =>
      sessions.get(head.sessionId)?.needsDescription(head) ?? false,
  };
}

function waitingBytes(sessions: ReadonlyMap<string, JournalledState>): number {
  return [...sessions.values()].reduce((sum, session) => sum + session.waitingBytes(), 0);
}

function openSession(
  session: JournalledSession,
  sessions: Map<string, JournalledState>,
  commits: Commits,
): SessionJournal {
  const state = createJournalledSession(session);
  sessions.set(session.id, state);
  commits.greet(state);
  const forget = (): void => {
    sessions.delete(session.id);
    state.key.fill(0);
  };
  return {
    append: (channel, samples) => {
      if (commits.makeRoom(samples.length * SAMPLE_BYTES)) state.channel(channel).append(samples);
      else state.channel(channel).skip(samples.length);
      commits.soon();
    },
    durableSamples: (channel) => state.channel(channel).durable(),
    flushed: () => commits.whenWritten(state),
    settledSamples: (channel) => state.channel(channel).noted(),
    settle: (channel, sample, recorded = sample) => {
      state.channel(channel).settle(sample, recorded);
      if (state.isWaiting()) commits.soon();
    },
    describe: (snapshot) => {
      state.describe(snapshot);
      commits.soon();
    },
    end: forget,
    leave: async () => {
      await commits.whenWritten(state);
      state.leave();
    },
  };
}

/** Writes what waits of all sessions, together. */
interface Commits {
  /** Something waits. */
  readonly soon: () => void;
  /** Whether so many more bytes may wait; counts them if so. */
  readonly makeRoom: (bytes: number) => boolean;
  /** Tells a new session if nothing can be written. */
  readonly greet: (session: JournalledState) => void;
  /** Resolves once nothing of the session waits, it has ended, or writing has failed. */
  readonly whenWritten: (session: JournalledState) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Where a journal is written to. */
export interface JournalLogs {
  readonly audio: SegmentLog;
  readonly about: SegmentLog;
}

function createCommits(
  sessions: ReadonlyMap<string, JournalledState>,
  { audio, about }: JournalLogs,
  { onCommit, onTrouble, mostWaitingBytes = MOST_WAITING_BYTES }: CommitOptions,
): Commits {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let failure: JournalFailure | undefined;
  /** Bytes that wait, but for those that were settled meanwhile. */
  let waiting = 0;
  let isClosed = false;

  const report = (now: JournalFailure | undefined): void => {
    if (failure === now) return;
    failure = now;
    onTrouble?.(now);
    for (const session of sessions.values()) session.onTrouble?.(now);
  };

  const commit = async (): Promise<void> => {
    const startedAt = performance.now();
    const writtenAt = Date.now();
    const open = [...sessions.values()];
    const runs = open.flatMap((session) => session.takeRuns(writtenAt));
    const descriptions = open.flatMap((session) => session.takeDescription(writtenAt));
    const outcomes = await Promise.allSettled([writeAll(audio, runs), writeAll(about, descriptions)]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    waiting = waitingBytes(sessions);
    report(failed && errorCode(failed.reason));
    onCommit?.((performance.now() - startedAt) / 1000);
  };

  const run = (): Promise<void> =>
    (running ??= commit().finally(() => {
      running = undefined;
      if ([...sessions.values()].some((session) => session.isWaiting())) soon();
    }));

  const soon = (): void => {
    if (timer !== undefined || running !== undefined || isClosed) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        void run();
      },
      failure === undefined ? COMMIT_MS : ATTEND_MS,
    );
  };

  return {
    soon,
    makeRoom: (bytes) => {
      if (waiting + bytes <= mostWaitingBytes) {
        waiting += bytes;
        return true;
      }
      report(failure ?? SLOW);
      return false;
    },
    greet: (session) => {
      if (failure !== undefined) session.onTrouble?.(failure);
    },
    whenWritten: async (session) => {
      // What waits of a session that has ended is never written.
      const isOpen = (): boolean => sessions.get(session.id) === session;
      do await run();
      while (isOpen() && session.isWaiting() && failure === undefined);
    },
    close: async () => {
      await running;
      await run();
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

async function writeAll(log: SegmentLog, waiting: readonly WaitingRecord[]): Promise<void> {
  if (waiting.length === 0) return;
  try {
    await log.write(waiting.map(({ record }) => record));
    for (const { onWritten } of waiting) onWritten();
  } catch (error) {
    for (const { onFailed } of waiting) onFailed();
    throw error;
  }
}
