import type { KnownSpeaker } from '@auscult/protocol';
import type { Identity } from '../access/identity.js';
import type { FinalRecord } from './record-content.js';
import type { StoredSettings } from './recorded-settings.js';

/** Who asks for something, for the audit log. */
export interface Actor {
  readonly who: Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'>;
  /** Remote address. */
  readonly from: string | undefined;
  /** The reason that the person gave, if one was asked for. */
  readonly reason?: string | undefined;
}

/** What was recorded: a live session, or a recording that was uploaded as a whole. */
export const SESSION_KINDS = ['live', 'upload'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** `interrupted`: its server went down, and nobody went on with it. */
export const SESSION_STATES = ['open', 'ended', 'interrupted'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** What is known of a session without its text. */
export interface RecordSummary {
  readonly id: string;
  readonly kind: SessionKind;
  readonly state: SessionState;
  readonly tenant: string;
  /** Subject of the identity that held the session. */
  readonly owner: string;
  /** Groups of the owner at the time of the session. */
  readonly groups: readonly string[];
  readonly model: string;
  /** Version of the server; missing for old sessions, from before it was kept. */
  readonly version: string | undefined;
  readonly language: string;
  readonly task: string | undefined;
  readonly channels: number;
  /** Sample rate at which the client sent audio; missing if there was no audio, and for uploads. */
  readonly sampleRate: number | undefined;
  readonly startedAt: string;
  /** Missing while the session is open. If its server went down, the time at which the session was last heard of. */
  readonly endedAt: string | undefined;
  readonly endReason: string | undefined;
  readonly finals: number;
  /** Where the last final ends. */
  readonly audioSeconds: number;
  /**
   * Length of audio that was accepted but has no text even if there was speech in it: recognition failed, or the server
   * stopped before it was done. Missing while the session is open, if its server went down, and for old sessions, from
   * before it was kept.
   */
  readonly missingSeconds: number | undefined;
  /** Whether it is under legal hold. */
  readonly held: boolean;
  /** Id of the server that holds it, or held it last; missing if that was an older version. */
  readonly heldBy: string | undefined;
}

/** One version of a final. */
export interface SegmentVersion extends FinalRecord {
  /** Version 1 is the text that was recognised. */
  readonly version: number;
  readonly writtenAt: string;
  /** Subject of the identity that corrected it. */
  readonly writtenBy: string | undefined;
}

/** A final with all its versions, the newest last. */
export interface RecordedSegment {
  readonly place: number;
  readonly versions: readonly [SegmentVersion, ...SegmentVersion[]];
  /** When the speaker took it back; missing if it was not taken back. */
  readonly takenBackAt: string | undefined;
}

/** A stretch of a session that a second pass heard as a whole, and its text. */
export interface RefinedPart {
  /** Id of the transcription that made it. */
  readonly id: string;
  readonly model: string;
  /** Seconds since the session's first sample. */
  readonly start: number;
  readonly end: number;
  readonly writtenAt: string;
  readonly segments: readonly RecordedSegment[];
}

/** How much audio of a channel is kept. */
export interface KeptChannel {
  readonly channel: number;
  readonly seconds: number;
}

/** A session with its text. */
export interface StoredRecord extends RecordSummary {
  /** Missing for sessions without audio, and for old sessions, from before settings were kept. */
  readonly settings: StoredSettings | undefined;
  /** The live finals, including those that were taken back. */
  readonly segments: readonly RecordedSegment[];
  /** In the order of their beginning. */
  readonly refined: readonly RefinedPart[];
  /** The channels of which audio is kept. */
  readonly audio: readonly KeptChannel[];
  /** Everybody who speaks, if speakers were told apart. */
  readonly speakers: readonly KnownSpeaker[];
  /** Whether the text is all that was written, and nothing else. */
  readonly isWhole: boolean;
}

/** Whose sessions somebody may find. */
export interface SessionScope {
  readonly tenant: string;
  /** Only sessions of this owner or of these groups; all sessions of the tenant if neither is given. */
  readonly owner?: string;
  readonly groups?: readonly string[];
}

export const SESSION_ORDERS = ['newest', 'oldest'] as const;
export type SessionOrder = (typeof SESSION_ORDERS)[number];

/** The conditions of a search for sessions. */
export interface RecordSearch {
  readonly scope: SessionScope;
  readonly owner?: string | undefined;
  /** Of owners who were in this group at the time. */
  readonly group?: string | undefined;
  readonly kind?: SessionKind | undefined;
  readonly state?: SessionState | undefined;
  readonly model?: string | undefined;
  readonly language?: string | undefined;
  readonly task?: string | undefined;
  /** Began at or after `from`, and before `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly held?: boolean | undefined;
  /** By their beginning; the newest first unless it is given. */
  readonly order?: SessionOrder | undefined;
  readonly limit: number;
  /** `next` of the page before, in the same order. */
  readonly after?: string | undefined;
}

/** A page of what was found, in the order of the search. */
export interface RecordPage {
  readonly records: readonly RecordSummary[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}
