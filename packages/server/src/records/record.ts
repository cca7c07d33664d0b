import type { Identity } from '../access/identity.js';
import type { FinalRecord } from './record-content.js';
import type { StoredSettings } from './recorded-settings.js';

/** Who asks for something, for the audit log. */
export interface Actor {
  readonly who: Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'>;
  /** Remote address. */
  readonly from: string | undefined;
  /** Why, where a reason was asked for. */
  readonly reason?: string | undefined;
}

/** What was recorded: a session as it was held, or a recording that was sent as a whole. */
export const SESSION_KINDS = ['live', 'upload'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** What may be known of a session without reading it. */
export interface RecordSummary {
  readonly id: string;
  readonly kind: SessionKind;
  readonly tenant: string;
  /** Subject of the identity that held the session. */
  readonly owner: string;
  /** Groups that the owner was in then. */
  readonly groups: readonly string[];
  readonly model: string;
  /** Of the server; missing for sessions from before it was kept. */
  readonly version: string | undefined;
  readonly language: string;
  readonly task: string | undefined;
  readonly channels: number;
  /** Samples a second as the client sent them; missing where there was no audio, and for uploads. */
  readonly sampleRate: number | undefined;
  readonly startedAt: string;
  /** Missing while the session is open. Where its server went down, when it was last heard of. */
  readonly endedAt: string | undefined;
  readonly endReason: string | undefined;
  readonly finals: number;
  /** Where the last final ends. */
  readonly audioSeconds: number;
  /**
   * Audio that was taken and whose text, if there was speech in it, is not there: recognition failed, or the server went
   * away before it was done. Missing while the session is open, where its server went down, and for sessions from
   * before it was kept.
   */
  readonly missingSeconds: number | undefined;
  /** Whether it is under legal hold. */
  readonly held: boolean;
}

/** One version of a final. */
export interface SegmentVersion extends FinalRecord {
  /** 1 is what was heard. */
  readonly version: number;
  readonly writtenAt: string;
  /** Subject of who corrected it. */
  readonly writtenBy: string | undefined;
}

/** A final with all its versions, the newest last. */
export interface RecordedSegment {
  readonly place: number;
  readonly versions: readonly [SegmentVersion, ...SegmentVersion[]];
  /** When the speaker took it back; missing where nobody did. */
  readonly takenBackAt: string | undefined;
}

/** A stretch of a session that a second pass heard as a whole, and its text. */
export interface RefinedPart {
  /** Of the transcription that read it. */
  readonly id: string;
  readonly model: string;
  /** Seconds since the session's first sample. */
  readonly start: number;
  readonly end: number;
  readonly writtenAt: string;
  readonly segments: readonly RecordedSegment[];
}

/** A session with what was said in it. */
export interface StoredRecord extends RecordSummary {
  /** Missing for sessions without audio, and from before they were kept. */
  readonly settings: StoredSettings | undefined;
  /** What was heard live, also what was taken back. */
  readonly segments: readonly RecordedSegment[];
  /** In the order of their beginning. */
  readonly refined: readonly RefinedPart[];
  /** Whether this is all that was written, and nothing else. */
  readonly isWhole: boolean;
}

/** Whose sessions somebody may find. */
export interface SessionScope {
  readonly tenant: string;
  /** Only sessions of this owner, or of members of these groups; all of the tenant where neither is there. */
  readonly owner?: string;
  readonly groups?: readonly string[];
}

/** What sessions are searched by. */
export interface RecordSearch {
  readonly scope: SessionScope;
  readonly owner?: string | undefined;
  readonly kind?: SessionKind | undefined;
  readonly model?: string | undefined;
  readonly language?: string | undefined;
  readonly task?: string | undefined;
  /** Began at or after `from`, and before `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly held?: boolean | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** A page of what was found, the newest first. */
export interface RecordPage {
  readonly records: readonly RecordSummary[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}
