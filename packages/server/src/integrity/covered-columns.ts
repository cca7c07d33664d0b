import type { Selectable } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { CoveredColumns } from './row-macs.js';

type Row<Table extends keyof Schema> = Selectable<Schema[Table]>;
type Vouched<Table extends keyof Schema> = Omit<Row<Table>, 'mac' | 'mac_key_id'>;

/** Tables whose rows are vouched for one by one. */
export const VOUCHED_TABLES = ['api_keys', 'users', 'logins', 'sessions', 'transcription_jobs'] as const;
export type VouchedTable = (typeof VOUCHED_TABLES)[number];

/** All columns of a key except the time of its last use, which lets nobody in. */
export function coveredOfKey(row: Omit<Vouched<'api_keys'>, 'last_used_at'>): CoveredColumns {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role,
    group_names: row.group_names,
    digest: row.digest,
    created_at: row.created_at,
    created_by: row.created_by,
    expires_at: row.expires_at,
    revoked_at: row.revoked_at,
    revision: row.revision,
  };
}

/** All columns of a user, one of which stands for the recovery codes that are left. */
export function coveredOfUser(row: Vouched<'users'>): CoveredColumns {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role,
    group_names: row.group_names,
    password_hash: row.password_hash,
    code_secret: row.code_secret,
    last_code_step: row.last_code_step,
    created_at: row.created_at,
    created_by: row.created_by,
    disabled_at: row.disabled_at,
    login_epoch: row.login_epoch,
    recovery_digest: row.recovery_digest,
    revision: row.revision,
  };
}

export function coveredOfLogin(row: Vouched<'logins'>): CoveredColumns {
  return {
    digest: row.digest,
    user_id: row.user_id,
    created_at: row.created_at,
    last_seen_at: row.last_seen_at,
    login_epoch: row.login_epoch,
  };
}

/** All columns of a session, with the groups that its owner was in and the head of its record. */
export function coveredOfSession(row: Vouched<'sessions'>, groups: readonly string[]): CoveredColumns {
  return {
    id: row.id,
    tenant: row.tenant,
    owner: row.owner,
    kind: row.kind,
    model: row.model,
    server_version: row.server_version,
    language: row.language,
    channels: row.channels,
    task: row.task,
    sample_rate: row.sample_rate,
    settings: row.settings,
    started_at: row.started_at,
    ended_at: row.ended_at,
    end_reason: row.end_reason,
    finals: row.finals,
    audio_seconds: row.audio_seconds,
    missing_seconds: row.missing_seconds,
    held: row.held,
    server_id: row.server_id,
    head: row.head,
    revision: row.revision,
    groups: [...groups].sort(),
  };
}

/** All columns of a job. */
export function coveredOfJob(row: Vouched<'transcription_jobs'>): CoveredColumns {
  return {
    id: row.id,
    tenant: row.tenant,
    owner: row.owner,
    group_names: row.group_names,
    origin: row.origin,
    session_id: row.session_id,
    status: row.status,
    progress: row.progress,
    finals: row.finals,
    model: row.model,
    language: row.language,
    task: row.task,
    words: row.words,
    hearings: row.hearings,
    audio_seconds: row.audio_seconds,
    damaged: row.damaged,
    dropped: row.dropped,
    created_at: row.created_at,
    started_at: row.started_at,
    ended_at: row.ended_at,
    expires_at: row.expires_at,
    attempts: row.attempts,
    error: row.error,
    server_id: row.server_id,
    audio_store: row.audio_store,
    audio_files: row.audio_files,
    sealed_order: row.sealed_order,
    master_key_id: row.master_key_id,
    wrapped: row.wrapped,
  };
}
