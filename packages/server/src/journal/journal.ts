import type { SessionSnapshot } from '../live/session-snapshot.js';

/**
 * Keeps audio that was accepted until its text is recorded, so that it survives the process. Everything is sealed with a key that
 * is derived from the key of the session, and is unreadable once that is destroyed.
 */
export interface AudioJournal {
  /** Begins to journal a session. It costs nothing before the first `append`. */
  readonly open: (session: JournalledSession) => SessionJournal;
  /**
   * The sessions of servers that are gone, of which something is left, claimed for this server: no other is given them as long as
   * this one lives. Each is returned by one call only.
   */
  readonly left: (servers: ServerPresence) => Promise<readonly LeftSession[]>;
  /** What any server has written of a session, whether or not it is gone; left out where only this machine can read it. */
  readonly leftOf?: (sessionId: string) => Promise<LeftSession | undefined>;
  /** Destroys at once whatever there is of sessions that are over. Resolves once nothing of them is left to be found. */
  readonly destroy: (sessionIds: readonly string[]) => Promise<void>;
  readonly status: () => JournalStatus;
  /** Writes what waits, and ends. What sessions that are still open have left stays. */
  readonly close: () => Promise<void>;
}

/** What a journal holds at a moment. */
export interface JournalStatus {
  /** Bytes that wait for the disk. */
  readonly waitingBytes: number;
  /** Bytes that it has on disk. */
  readonly keptBytes: number;
  /** Audio of the session in which this is most that waits for its text, seconds. */
  readonly unsettledSeconds: number;
}

/** Tells which servers live. */
export interface ServerPresence {
  /** Whether the server with this id lives. This one does. */
  readonly isAlive: (serverId: string) => boolean;
}

/** A session that is journalled. */
export interface JournalledSession {
  readonly id: string;
  /** The key of its journal, see `SessionRecordWriter.journalKey`. The journal keeps it until `end`. */
  readonly key: Uint8Array;
  /** The sample of each channel with which it begins here; 0 unless it goes on from another process. */
  readonly from?: readonly number[];
  /** Called when audio cannot be kept any more, which goes on until `onTrouble` is called without a failure. */
  readonly onTrouble?: (failure: JournalFailure | undefined) => void;
}

/** Why audio cannot be kept: what the system calls it, such as `ENOSPC`; or `SLOW`, if too much waits for the disk. */
export type JournalFailure = string;

/**
 * The journal of one session. All samples are numbered by channel, at 16 kHz, from the first of the session. Nothing here throws:
 * if audio cannot be kept, `durableSamples` stays where it is.
 */
export interface SessionJournal {
  /** Takes the next samples of a channel. They are read before it returns. */
  readonly append: (channel: number, samples: Float32Array) => void;
  /** All samples of the channel before this one are on disk or settled, and survive the process. */
  readonly durableSamples: (channel: number) => number;
  /** All samples of the channel before this one are settled, and who goes on after the process knows that. */
  readonly settledSamples: (channel: number) => number;
  /** Resolves when everything appended so far is on disk or settled, or is given up. */
  readonly flushed: () => Promise<void>;
  /**
   * The text of all samples of the channel before this one is recorded, or there is none: they are destroyed soon, once that is
   * noted here. `recorded`: the sample before which that need not be, since the record has a final after it; the same one if left
   * out.
   */
  readonly settle: (channel: number, sample: number, recorded?: number) => void;
  /** Keeps a snapshot in place of the one before. */
  readonly describe: (snapshot: SessionSnapshot) => void;
  /** The session is over, and its record is complete: everything is destroyed soon. */
  readonly end: () => void;
  /** The session goes on elsewhere, or later: what is not settled stays. Resolves once all of that is on disk or given up. */
  readonly leave: () => Promise<void>;
}

/** What a server that is gone has left of a session. */
export interface LeftSession {
  readonly id: string;
  /** When the server last wrote for it, by its clock. */
  readonly lastWrittenAt: Date;
  /** Opens it with the key of its journal. What is damaged is left out. */
  readonly read: (key: Uint8Array) => Promise<LeftContent>;
  /** Destroys what was left when it was read, or all if it was not. Resolves once nothing of that is left to be found. */
  readonly discard: () => Promise<void>;
}

/** What is left of a session, opened. */
export interface LeftContent {
  /** Undefined if there is none that can be read. */
  readonly snapshot: SessionSnapshot | undefined;
  readonly channels: readonly LeftChannel[];
  /** Records that could not be read, of which nobody knows what they held. */
  readonly damagedRecords: number;
}

/** What is left of a channel. */
export interface LeftChannel {
  readonly channel: number;
  /** All samples before this one were settled. */
  readonly settled: number;
  /** In order, and none overlaps another. Where they do not meet, audio is missing. */
  readonly pieces: readonly LeftPiece[];
}

/** Consecutive samples of a channel. */
export interface LeftPiece {
  /** The number of the first. */
  readonly from: number;
  /** At 16 kHz. */
  readonly samples: Int16Array;
}
