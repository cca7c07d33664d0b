import type { Identity } from '../access/identity.js';
import type { FinalRecord } from './record-content.js';

/** Who asks for something, for the audit log. */
export interface Actor {
  readonly who: Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'>;
  /** Remote address. */
  readonly from: string | undefined;
  /** Why, where a reason was asked for. */
  readonly reason?: string;
}

/** What may be known of a session without reading it. */
export interface RecordSummary {
  readonly id: string;
  readonly tenant: string;
  /** Subject of the identity that held the session. */
  readonly owner: string;
  /** Groups that the owner was in then. */
  readonly groups: readonly string[];
  readonly model: string;
  readonly language: string;
  readonly channels: number;
  readonly startedAt: string;
  /** Missing while the session is open. Where its server went down, when it was last heard of. */
  readonly endedAt: string | undefined;
  readonly endReason: string | undefined;
  readonly finals: number;
  /** Where the last final ends. */
  readonly audioSeconds: number;
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
interface RecordedSegment {
  readonly place: number;
  readonly versions: readonly [SegmentVersion, ...SegmentVersion[]];
}

/** A session with what was said in it. */
export interface StoredRecord extends RecordSummary {
  readonly segments: readonly RecordedSegment[];
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
  readonly language?: string | undefined;
  /** Began at or after, and before. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly held?: boolean | undefined;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: string | undefined;
}

/** A page of what was found, the newest first. */
export interface RecordPage {
  readonly records: readonly RecordSummary[];
  /** Where the next page begins, if there is one. */
  readonly next: string | undefined;
}
