/** A table in a backup. */
export interface BackupTable {
  readonly name: string;
  /** Columns of its primary key. */
  readonly key: readonly [string, ...string[]];
  /** How many rows are held in memory together. */
  readonly page: number;
}

/** Tables in backups; those that others refer to come first. */
export const BACKUP_TABLES: readonly BackupTable[] = [
  { name: 'sessions', key: ['id'], page: 5000 },
  { name: 'session_groups', key: ['session_id', 'name'], page: 5000 },
  { name: 'destroyed_keys', key: ['session_id'], page: 5000 },
  { name: 'refined_parts', key: ['session_id', 'id'], page: 5000 },
  { name: 'speaker_changes', key: ['session_id', 'place'], page: 5000 },
  { name: 'segments', key: ['session_id', 'reading', 'place', 'version'], page: 5000 },
  // Rows of 320 kB.
  { name: 'audio_pieces', key: ['session_id', 'channel', 'place'], page: 50 },
  { name: 'api_keys', key: ['id'], page: 5000 },
  { name: 'users', key: ['id'], page: 5000 },
  { name: 'templates', key: ['id'], page: 500 },
  { name: 'account_settings', key: ['user_id'], page: 5000 },
  { name: 'audit_entries', key: ['sequence'], page: 5000 },
];

/**
 * Tables that are not in backups. Data keys are in a copy of their own, from which they can be destroyed; people log
 * in again; a recovery code that was used must not come back, and neither must a voice that somebody deleted; settings
 * belong to a server, not to its records; the head of the audit log is sealed anew, and its anchors begin anew; which
 * servers run, which tickets wait, and which copies of data keys exist, changes with time; voices of sessions are kept no longer than
 * their session can be continued; and transcriptions have their audio elsewhere and their text in records, and their keys must
 * be gone for good once they are forgotten.
 */
export const TABLES_LEFT_OUT: readonly string[] = [
  'data_keys',
  'key_copies',
  'key_removals',
  'logins',
  'recovery_codes',
  'enrolled_voices',
  'configurations',
  'audit_head',
  'audit_anchors',
  'servers',
  'speaker_states',
  'transcription_jobs',
  'transcription_finals',
  'transcription_results',
  'tickets',
];
