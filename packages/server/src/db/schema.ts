import type { ColumnType, Generated } from 'kysely';

/**
 * The tables. Times are RFC 3339 in UTC with milliseconds, so that text sorts as time does; flags are 0 or 1;
 * bytes are a `Buffer` on both databases.
 */
export interface Schema {
  readonly sessions: SessionsTable;
  readonly session_groups: SessionGroupsTable;
  readonly data_keys: DataKeysTable;
  readonly destroyed_keys: DestroyedKeysTable;
  readonly key_copies: KeyCopiesTable;
  readonly key_removals: KeyRemovalsTable;
  readonly segments: SegmentsTable;
  readonly refined_parts: RefinedPartsTable;
  readonly audio_pieces: AudioPiecesTable;
  readonly speaker_changes: SpeakerChangesTable;
  readonly speaker_states: SpeakerStatesTable;
  readonly audit_entries: AuditEntriesTable;
  readonly audit_head: AuditHeadTable;
  readonly audit_anchors: AuditAnchorsTable;
  readonly api_keys: ApiKeysTable;
  readonly users: UsersTable;
  readonly logins: LoginsTable;
  readonly recovery_codes: RecoveryCodesTable;
  readonly enrolled_voices: EnrolledVoicesTable;
  readonly configurations: ConfigurationsTable;
  readonly servers: ServersTable;
  readonly transcription_jobs: TranscriptionJobsTable;
  readonly transcription_finals: TranscriptionFinalsTable;
  readonly transcription_results: TranscriptionResultsTable;
  readonly tickets: TicketsTable;
  readonly templates: TemplatesTable;
  readonly account_settings: AccountSettingsTable;
}

/**
 * The MAC that vouches for a row, see `integrity/row-macs.ts`. Null if the row was written by an older version, or by
 * something other than a server.
 */
interface VouchedRow {
  /** Id of the master key that the key of the MAC is derived from. */
  mac_key_id: string | null;
  mac: Buffer | null;
}

/** A row that must never be put back to an earlier state, see `integrity/revisions.ts`. */
interface RevisedRow extends VouchedRow {
  /** Rises with each change. */
  revision: Generated<number>;
}

/** Set when the row is written and never changed afterwards. */
type Fixed<Value> = ColumnType<Value, Value, never>;

/** One row per session, with what may be known about it without its key. */
interface SessionsTable extends RevisedRow {
  id: Fixed<string>;
  tenant: Fixed<string>;
  /** Subject of the identity that held the session. */
  owner: Fixed<string>;
  /** `live`, or `upload` for a recording that was sent as a whole. */
  kind: Fixed<string>;
  model: Fixed<string>;
  /** Version of the server; null for sessions from before it was kept. */
  server_version: Fixed<string | null>;
  language: string;
  channels: number;
  task: string | null;
  /** Sample rate of the audio as the client sent it; null if there was no audio, and for uploads. */
  sample_rate: number | null;
  /** All other settings of the session, sealed; null until its first audio. */
  settings: Buffer | null;
  started_at: Fixed<string>;
  ended_at: string | null;
  /** Why it ended, one of a fixed set of words. */
  end_reason: string | null;
  finals: Generated<number>;
  audio_seconds: Generated<number>;
  /** Length of audio that was accepted but has no text; null while the session is open, and if it is not known. */
  missing_seconds: number | null;
  /** 1 while the session is under legal hold. */
  held: Generated<number>;
  /** The server that holds it, or held it last; null if that was an older version. */
  server_id: string | null;
  /** The head of the record, sealed, see `records/record-head.ts`; null if the key of the session is lost. */
  head: Buffer | null;
}

/** Groups that the owner of a session was in when it began. */
interface SessionGroupsTable {
  session_id: Fixed<string>;
  name: Fixed<string>;
}

/** The key that a session is encrypted with, encrypted with a master key. */
interface DataKeysTable {
  session_id: Fixed<string>;
  master_key_id: string;
  wrapped: Buffer;
}

/** Sessions whose data key is gone for good; a restored backup must not bring them back. */
interface DestroyedKeysTable {
  session_id: Fixed<string>;
  destroyed_at: Fixed<string>;
}

/** One row for each copy of the data keys that `auscult backup` wrote or a server found. */
interface KeyCopiesTable {
  /** Name of the copy, which is also written in the copy itself. */
  id: Fixed<string>;
  /** Path at which the copy was last found, on one of the machines that share the database. */
  path: string;
  /** When a server last reached the copy, seconds since 1970 by the clock of the database. */
  seen_at: number;
}

/** Keys of destroyed sessions that a copy may still hold. */
interface KeyRemovalsTable {
  copy_id: Fixed<string>;
  session_id: Fixed<string>;
}

/** One row for each version of each final: version 1 is what was recognised, later ones are corrections. */
interface SegmentsTable {
  session_id: Fixed<string>;
  /** `live`, or `refined` for the text of the second pass. */
  reading: Fixed<string>;
  /** Place of the final in the reading, from 0. */
  place: Fixed<number>;
  version: Fixed<number>;
  written_at: Fixed<string>;
  /** Subject of the identity that corrected it; null for what was recognised. */
  written_by: Fixed<string | null>;
  sealed: Fixed<Buffer>;
}

/** Stretches of a session that a second pass heard as a whole, each with its own places in the refined reading. */
interface RefinedPartsTable {
  session_id: Fixed<string>;
  /** Id of the transcription that made it. */
  id: Fixed<string>;
  first_place: Fixed<number>;
  finals: Fixed<number>;
  model: Fixed<string>;
  start_seconds: Fixed<number>;
  end_seconds: Fixed<number>;
  written_at: Fixed<string>;
}

/** Audio of a session, piece by piece, if it is kept. */
interface AudioPiecesTable {
  session_id: Fixed<string>;
  channel: Fixed<number>;
  place: Fixed<number>;
  sealed: Fixed<Buffer>;
}

/** What was found out or corrected about who said what, after that was recorded, in order. */
interface SpeakerChangesTable {
  session_id: Fixed<string>;
  /** From 0, without a gap. */
  place: Fixed<number>;
  written_at: Fixed<string>;
  /** Subject of the identity that corrected it; null for what the server found out. */
  written_by: Fixed<string | null>;
  sealed: Fixed<Buffer>;
}

/** The speakers of sessions that may be continued, with their voices. No longer kept than that. */
interface SpeakerStatesTable {
  session_id: Fixed<string>;
  /** Sealed with the key of the session, see `records/speaker-states.ts`. */
  sealed: Buffer;
  /** When it is deleted, seconds since 1970 by the clock of the database; null while its session is open. */
  kept_until: number | null;
}

/** The chained entries of the audit log; triggers refuse to change or remove one. */
interface AuditEntriesTable {
  /** From 1, without a gap. */
  sequence: Fixed<number>;
  /** Canonical JSON of the entry. */
  entry: Fixed<string>;
  /** SHA-256 over the hash before and the entry, hexadecimal. */
  hash: Fixed<string>;
}

/** A single row: the end of the chain of entries, in a form that only those with a master key can write. */
interface AuditHeadTable {
  /** Always 1. */
  id: Fixed<number>;
  /** JSON of the head and of what was anchored. */
  content: string;
  master_key_id: string;
  /** HMAC-SHA-256 of the content, hexadecimal. */
  mac: string;
}

/** Anchors that some place outside has not taken yet. */
interface AuditAnchorsTable {
  chain: Fixed<string>;
  /** Place in the chain of anchors, from 1. */
  number: Fixed<number>;
  /** The anchor, as it is written outside. */
  line: Fixed<string>;
}

/** API keys, of which only a digest is known. */
interface ApiKeysTable extends RevisedRow {
  /** Part of the key itself, so that people can tell which key it is. */
  id: Fixed<string>;
  tenant: Fixed<string>;
  name: Fixed<string>;
  role: Fixed<string>;
  /** JSON array of names. */
  group_names: Fixed<string>;
  /** SHA-256 of the whole key, hexadecimal. */
  digest: Fixed<string>;
  created_at: Fixed<string>;
  /** Subject of the identity that created it; null for the command line. */
  created_by: Fixed<string | null>;
  expires_at: Fixed<string | null>;
  revoked_at: string | null;
  /** When the key was last used, or up to a minute before that. */
  last_used_at: string | null;
}

/** People who log in. */
interface UsersTable extends RevisedRow {
  id: Fixed<string>;
  tenant: Fixed<string>;
  /** The name that they log in with, in lower case. */
  name: Fixed<string>;
  role: string;
  /** JSON array of names. */
  group_names: string;
  /** Argon2id, in the PHC string format. */
  password_hash: string;
  /** Sealed secret of their authenticator; null for those who have none. */
  code_secret: Buffer | null;
  /** Time step of the last code that was accepted, so that no code is accepted twice. */
  last_code_step: Generated<number>;
  created_at: Fixed<string>;
  created_by: Fixed<string | null>;
  disabled_at: string | null;
  /** Logins of an earlier epoch have ended. */
  login_epoch: Generated<number>;
  /** Digest of the recovery codes that are left; null if there are none. */
  recovery_digest: string | null;
}

/** Browsers in which somebody is logged in. */
interface LoginsTable extends VouchedRow {
  /** SHA-256 of the cookie, hexadecimal. */
  digest: Fixed<string>;
  user_id: Fixed<string>;
  created_at: Fixed<string>;
  last_seen_at: string;
  /** The user's epoch when the login began. */
  login_epoch: Generated<number>;
}

/** Codes that stand in for an authenticator. Used ones are deleted. */
interface RecoveryCodesTable {
  /** SHA-256 of the user and the code, hexadecimal. */
  digest: Fixed<string>;
  user_id: Fixed<string>;
}

/** Voices that people enrolled. Whatever is not sealed is bound to what is. */
interface EnrolledVoicesTable {
  tenant: Fixed<string>;
  /** Subject of the identity whose voice it is. */
  owner: Fixed<string>;
  /** Version of the text that they consented to. */
  consent: string;
  /** Name of the encoder that made it; no other can use it. */
  encoder: string;
  enrolled_at: string;
  master_key_id: string;
  /** The voice, and the name to show, sealed with that master key. */
  sealed: Buffer;
}

/** Templates of people and of tenants. Whatever is not sealed is bound to what is. */
interface TemplatesTable {
  id: Fixed<string>;
  tenant: Fixed<string>;
  /** Subject of the identity that it belongs to; empty if it is one of the tenant. */
  owner: Fixed<string>;
  /** Counts the changes, from 1. */
  version: number;
  changed_at: string;
  master_key_id: string;
  /** Its name and text, sealed with that master key. */
  sealed: Buffer;
}

/** What people have chosen for the page. Whatever is not sealed is bound to what is. */
interface AccountSettingsTable {
  user_id: Fixed<string>;
  /** Counts the changes, from 1. */
  version: number;
  changed_at: string;
  master_key_id: string;
  /** The settings, sealed with that master key. */
  sealed: Buffer;
}

/** The settings that a server last started with. */
interface ConfigurationsTable {
  /** Distinguishes the servers that share a database. */
  data_directory: Fixed<string>;
  master_key_id: string;
  /** Names and values, sealed with that master key: some are secrets. */
  sealed: Buffer;
}

/** One row for each server process that runs, or ran until it was killed. */
interface ServersTable {
  /** Made up at each start. */
  id: Fixed<string>;
  /** The machine, boot and namespace within which `pid` is unique; null if the system does not tell. */
  place: Fixed<string | null>;
  pid: Fixed<number>;
  /** When it last renewed its lease, seconds since 1970 by the clock of the database. */
  seen_at: number;
}

/** One row for each recording, or stretch of a session that is heard again, from its first byte until it is forgotten. */
interface TranscriptionJobsTable extends VouchedRow {
  id: Fixed<string>;
  tenant: Fixed<string>;
  /** Subject of the identity whose recording it is. */
  owner: Fixed<string>;
  /** JSON array of names: the groups of the owner when it was ordered. */
  group_names: Fixed<string>;
  /** `upload` or `session`. */
  origin: Fixed<string>;
  /** The live session, for a second pass. */
  session_id: Fixed<string | null>;
  /** See `JobStatus`. */
  status: string;
  /** 0 to 1, as it was last saved. */
  progress: number;
  /** Rows of `transcription_finals`. */
  finals: number;
  model: string;
  language: string;
  task: string;
  words: number;
  hearings: number;
  audio_seconds: number | null;
  damaged: number;
  dropped: number;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  expires_at: string | null;
  /** Times that a server began it and went down before it had saved anything. */
  attempts: number;
  /** JSON of the `ErrorDescription`, if it failed or was cancelled. */
  error: string | null;
  /** The server that receives its audio or carries it out; null if none does. */
  server_id: string | null;
  /** Where its audio is, see `JobAudio`. */
  audio_store: Fixed<string>;
  /** Files of its audio there; 0 once they are deleted. */
  audio_files: number;
  /** What is to be done, with the key of the audio, sealed with the key of the job; null once it has ended. */
  sealed_order: Buffer | null;
  master_key_id: string | null;
  /** The key of the job, encrypted with that master key; null once it is forgotten. */
  wrapped: Buffer | null;
}

/** What has been heard so far, of jobs that have not ended. */
interface TranscriptionFinalsTable {
  job_id: Fixed<string>;
  /** Place of the channel in the source, from 0. */
  channel: Fixed<number>;
  hearing: Fixed<number>;
  place: Fixed<number>;
  /** Sealed with the key of the job. */
  sealed: Fixed<Buffer>;
}

/** The transcript of a job that is done. */
interface TranscriptionResultsTable {
  job_id: Fixed<string>;
  /** Sealed with the key of the job. */
  sealed: Fixed<Buffer>;
}

/** Tickets that wait to be used, for some seconds. A used one is deleted. */
interface TicketsTable {
  /** SHA-256 of the ticket, hexadecimal. */
  digest: Fixed<string>;
  /** SHA-256 of whose it is, hexadecimal: nobody may have too many. */
  holder: Fixed<string>;
  /** Seconds since 1970 by the clock of the database. */
  expires_at: Fixed<number>;
  master_key_id: Fixed<string>;
  /** How the credential is found for which it was issued, see `CredentialReference`. */
  sealed: Fixed<Buffer>;
}
