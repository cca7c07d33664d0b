import { timingSafeEqual } from 'node:crypto';
import type { Recognizer } from '@auscult/asr';
import type { AudioJournal, LeftContent, LeftSession, ServerPresence } from '../journal/journal.js';
import type { SessionSnapshot } from '../live/session-snapshot.js';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import { HANDED_OVER } from '../records/interrupted-sessions.js';
import type { IsFree, LeftRecord } from '../records/left-record.js';
import type { RecordStore } from '../records/record-store.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import { errorCode } from '../error-code.js';
import { RequestError } from '../errors.js';
import type { Log } from '../telemetry/log.js';
import { actorOf, completeRecord, type CompletionServices, type LeftBehind } from './complete-record.js';

/** Completes the records of sessions whose server is gone, from the audio that it has left. */
export interface Recovery {
  /**
   * Takes what servers that are gone have left as its own. Must be called before their sessions are ended. What is to be heard
   * is heard later, once speech can be recognised.
   */
  readonly claim: (servers: ServerPresence) => Promise<void>;
  /**
   * The same for one session, which `isFree` allows to be taken from its server. Resolves with whether it may succeed if it is
   * tried again: another server was faster, or the journal or the database cannot be read now.
   */
  readonly claimSession: (sessionId: string, isFree: IsFree) => Promise<'claimed' | 'again'>;
  /**
   * Completes the record of a session that another server has taken from this one, which has left what it accepted in the
   * journal: once that server has ended the session. Where only this machine can read the journal, the next start does.
   */
  readonly completeTaken: (sessionId: string) => void;
  /** Resolves once it is decided whether this server takes a session, if it is about to. */
  readonly decided: (sessionId: string) => Promise<void>;
  /** Leaves a session that waits here to another server; resolves with whether there was one that `mayBe` it. */
  readonly leave: (sessionId: string, mayBe: (snapshot: SessionSnapshot) => boolean) => Promise<boolean>;
  /**
   * Takes out a session that waits for its client, for whoever goes on with it, with all that is in the journal by now. Resolves with
   * undefined if there is none that `mayBe` it, and with `again` if the journal cannot be read now.
   */
  readonly take: (
    sessionId: string,
    mayBe: (snapshot: SessionSnapshot) => boolean,
  ) => Promise<WaitingSession | 'again' | undefined>;
  /** The client of a session goes on in another, as its token proves: nobody need wait for it any more. */
  readonly hurry: (sessionId: string, tokenDigest: Uint8Array) => void;
  /** Hears nothing more. What is not done stays for the next start. */
  readonly stop: () => void;
}

/** A session whose client may come back. */
export interface WaitingSession extends LeftBehind {
  readonly snapshot: SessionSnapshot;
  /** Goes on with the record, which counts as held by this server. */
  readonly writer: SessionRecordWriter;
  /** Destroys what the former server has left. To be called once it is journalled anew, or its text is recorded. */
  readonly discard: () => Promise<void>;
  /** Has it completed after all, as if its client had not come. */
  readonly giveUp: () => void;
  /** Lets it wait for its client again, who could not go on now. */
  readonly putBack: () => void;
}

export interface RecoveryServices extends CompletionServices {
  readonly journal: AudioJournal;
  readonly records: Pick<RecordStore, 'findLeft' | 'summary' | 'isDestroyed'>;
  readonly log: Log;
  /** Under which this server holds sessions. */
  readonly serverId: string;
  /** Resolves with the recognizer when speech can be recognised. */
  readonly recognizer: () => Promise<Recognizer>;
  /** Called with the audio that got its text after all, seconds. */
  readonly onRecovered: (seconds: number) => void;
}

/** Sessions that are heard at the same time. */
const AT_A_TIME = 8;

/** Time after which a session is tried again that could not be completed, since the database was away, for example. */
const AGAIN_MS = 15_000;

/** Knows of nothing yet. */
export function createRecovery(services: RecoveryServices): Recovery {
  const { journal, records, log, serverId, config, recognizer, onRecovered } = services;
  const waiting = new Map<
    string,
    { readonly session: WaitingSession; readonly left: LeftSession; readonly timer: NodeJS.Timeout }
  >();
  /** Sessions that are about to be taken, or not. */
  const claims = new Map<string, Promise<void>>();
  const queue: (() => Promise<void>)[] = [];
  let running = 0;
  let isStopped = false;
  /** Why the journal could not be read when that was last tried. */
  let unreadable: string | undefined;

  const advance = (): void => {
    while (running < AT_A_TIME && !isStopped) {
      const next = queue.shift();
      if (next === undefined) return;
      running += 1;
      void next().finally(() => {
        running -= 1;
        advance();
      });
    }
  };

  /**
   * What is left by now. A server that was only taken for gone may have added to it for as long as its client was connected to it;
   * where only this machine can read the journal, it is gone.
   */
  const newest = async (content: LeftContent, { read }: LeftSession, writer: SessionRecordWriter) => {
    const key = journal.leftOf === undefined ? undefined : writer.journalKey();
    if (key === undefined) return content;
    const now = await read(key).finally(() => key.fill(0));
    return now.snapshot === undefined ? { ...now, snapshot: content.snapshot } : now;
  };

  const complete = (before: LeftBehind, writer: SessionRecordWriter, left: LeftSession): void => {
    const session = left.id;
    queue.push(async () => {
      try {
        const heardBy = await recognizer();
        const content = await newest(before.content, left, writer);
        const done = await completeRecord({ ...before, content }, writer, heardBy, services);
        onRecovered(done.recoveredSeconds);
        await left.discard();
        log.info('the rest of a session was transcribed after its server went down', {
          session,
          audioSeconds: done.recoveredSeconds,
        });
        if (done.missingSeconds > 0)
          log.error('audio not in the record', { session, seconds: done.missingSeconds });
      } catch (error) {
        if (isStopped) return;
        log.error(NOT_RECOVERED, { session, code: codeOf(error) });
        setTimeout(() => void completeAgain(session), AGAIN_MS).unref();
      }
    });
    advance();
  };

  /** Begins anew with what the record and the journal hold by now. What is in files waits for the next start. */
  const completeAgain = async (id: string): Promise<void> => {
    try {
      const left = isStopped ? undefined : await journal.leftOf?.(id);
      if (left) await recover(left, (holder) => holder === serverId);
    } catch {
      setTimeout(() => void completeAgain(id), AGAIN_MS).unref();
    }
  };

  const completeTaken = async (id: string): Promise<void> => {
    try {
      const left = isStopped ? undefined : await journal.leftOf?.(id);
      if (left === undefined) return;
      const discard = async (): Promise<void> => {
        await left.discard();
        await journal.destroy([id]);
      };
      const isFree: IsFree = (holder, hasEnded) => hasEnded || holder === serverId;
      if ((await recover({ ...left, discard }, isFree)) !== 'held') return;
    } catch (error) {
      log.warn(NOT_RECOVERED, { session: id, code: codeOf(error) });
    }
    setTimeout(() => void completeTaken(id), AGAIN_MS).unref();
  };

  const wait = (session: WaitingSession, left: LeftSession, seconds: number): void => {
    const expire = (): void => {
      waiting.delete(left.id);
      session.giveUp();
    };
    waiting.set(left.id, { session, left, timer: setTimeout(expire, seconds * 1000).unref() });
  };

  /** A journal that cannot be read must not keep a server from starting: it is read again while the server runs. */
  const leftIn = async (servers: ServerPresence): Promise<readonly LeftSession[]> => {
    try {
      const left = await journal.left(servers);
      unreadable = undefined;
      return left;
    } catch (error) {
      const code = codeOf(error);
      if (code !== unreadable) log.error(UNREADABLE, { code });
      unreadable = code;
      return [];
    }
  };

  /** What belongs to no record of this database, may belong to one of another. */
  const discardIfOver = async (left: LeftSession): Promise<void> => {
    const isOver = (await records.summary(left.id)) !== undefined || (await records.isDestroyed(left.id));
    if (isOver) {
      await left.discard();
      return;
    }
    log.error(UNKNOWN, { session: left.id });
  };

  /** Resolves with `held` if a server holds the session from which it may not be taken. */
  const recover = async (left: LeftSession, isFree: IsFree): Promise<'held' | undefined> => {
    await claims.get(left.id);
    if (waiting.has(left.id)) return undefined;
    const claim = claimLeft(left, isFree);
    const decided = claim
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (claims.get(left.id) === decided) claims.delete(left.id);
      });
    claims.set(left.id, decided);
    return claim;
  };

  const claimLeft = async (left: LeftSession, isFree: IsFree): Promise<'held' | undefined> => {
    const record = await records.findLeft(left.id, isFree);
    if (record === 'held') return record;
    if (record === undefined) {
      await discardIfOver(left);
      return undefined;
    }
    const content = await heldContent(left, record);
    if (content === undefined) return claimLeft(left, isFree);
    const { snapshot, damagedRecords } = content;
    if (damagedRecords > 0)
      log.error('the audio journal is damaged', { session: left.id, count: damagedRecords });
    const behind = { record, content, lastWrittenAt: left.lastWrittenAt };
    const writer = record.reopen(actorOf(behind));
    const seconds = secondsLeft(left.lastWrittenAt, config.resumeSeconds);
    if (snapshot?.dialect.isResumable !== true || seconds === 0) {
      complete(behind, writer, left);
      return undefined;
    }
    const giveUp = (): void => {
      complete(behind, writer, left);
    };
    const session: WaitingSession = {
      ...{ ...behind, snapshot, writer, discard: left.discard, giveUp },
      putBack: () => {
        wait(session, left, secondsLeft(left.lastWrittenAt, config.resumeSeconds));
      },
    };
    wait(session, left, seconds);
    return undefined;
  };

  /**
   * Reads what is left once the session is held: as long as it was not, its server could add finals, and destroy their audio.
   * Resolves with undefined if the record has changed, so that it must be found again.
   */
  const heldContent = async (left: LeftSession, record: LeftRecord): Promise<LeftContent | undefined> => {
    try {
      if (!(await record.hold())) return undefined;
      return await left.read(record.journalKey).catch(async (error: unknown) => {
        // Another server, or a later attempt, may be able to.
        await record.reopen({ who: { ...SERVER_ITSELF, tenant: record.tenant }, from: undefined }).leave();
        throw error;
      });
    } finally {
      record.journalKey.fill(0);
    }
  };

  const recoverIfPossible = async (left: LeftSession, isFree: IsFree): Promise<void> => {
    try {
      await recover(left, isFree);
    } catch (error) {
      log.error(NOT_RECOVERED, { session: left.id, code: codeOf(error) });
    }
  };

  const takeOut = (id: string, mayBe: (snapshot: SessionSnapshot) => boolean) => {
    const found = waiting.get(id);
    if (found === undefined || isStopped || !mayBe(found.session.snapshot)) return undefined;
    clearTimeout(found.timer);
    waiting.delete(id);
    return found;
  };

  return {
    claim: async (servers) => {
      // One that has ended nobody holds: what a server has left that came too late is nobody else's either.
      const isFree: IsFree = (holder, hasEnded) =>
        hasEnded || holder === null || holder === HANDED_OVER || !servers.isAlive(holder);
      for (const left of await leftIn(servers)) await recoverIfPossible(left, isFree);
    },
    claimSession: async (id, isFree) => {
      try {
        const left = waiting.has(id) ? undefined : await journal.leftOf?.(id);
        if (left) await recover(left, isFree);
        return 'claimed';
      } catch (error) {
        log.warn(NOT_TAKEN, { session: id, code: codeOf(error) });
        return error instanceof RequestError && error.code === 'record_damaged' ? 'claimed' : 'again';
      }
    },
    completeTaken: (id) => void completeTaken(id),
    decided: (id) => claims.get(id) ?? Promise.resolve(),
    take: async (id, mayBe) => {
      const found = takeOut(id, mayBe);
      if (found === undefined) return undefined;
      const { session, left } = found;
      try {
        const content = await newest(session.content, left, session.writer);
        return { ...session, content, snapshot: content.snapshot ?? session.snapshot };
      } catch (error) {
        log.warn(NOT_TAKEN, { session: id, code: codeOf(error) });
        session.putBack();
        return 'again';
      }
    },
    leave: async (id, mayBe) => {
      const found = takeOut(id, mayBe);
      await found?.session.writer.leave();
      return found !== undefined;
    },
    hurry: (id, tokenDigest) => {
      const isTheirs = (snapshot: SessionSnapshot): boolean =>
        isEqual(Buffer.from(snapshot.tokenDigest, 'hex'), tokenDigest);
      takeOut(id, isTheirs)?.session.giveUp();
    },
    stop: () => {
      isStopped = true;
      for (const { timer } of waiting.values()) clearTimeout(timer);
    },
  };
}

const UNKNOWN =
  'the audio journal holds a session that this database does not know; it is kept: give each database a journal folder of its own';

const UNREADABLE =
  'THE AUDIO JOURNAL CANNOT BE READ: what a server has left cannot be transcribed; check the folder, see --journal-directory';

const NOT_TAKEN = 'a session that a server has left cannot be taken now';

const NOT_RECOVERED =
  'the audio that a server has left of a session cannot be transcribed now; it stays in the journal and is tried again, in files at the next start';

/**
 * How long the client may still come back. If the clock was set back, nobody knows how long it was away: it gets all of the
 * time.
 */
function secondsLeft(lastWrittenAt: Date, resumeSeconds: number): number {
  const away = (Date.now() - lastWrittenAt.getTime()) / 1000;
  return away < 0 ? resumeSeconds : Math.max(0, resumeSeconds - away);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function codeOf(error: unknown): string {
  return error instanceof RequestError ? error.code : errorCode(error);
}
