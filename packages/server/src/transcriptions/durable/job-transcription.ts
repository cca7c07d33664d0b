import type { TranscriptionTask } from '@auscult/protocol';
import { groupsOf } from '../../access/identity.js';
import type { ErrorDescription } from '../../errors.js';
import type { Transcript } from '../../transcripts/transcript.js';
import type { Transcription, TranscriptionStatus } from '../transcription.js';
import type { JobRow } from './job-rows.js';

/** What is told of a job: of one that runs here with its present progress, of one that is done with its transcript if that is wanted. */
export function transcriptionOf(
  row: JobRow,
  { progress, transcript }: { readonly progress?: number; readonly transcript?: Transcript } = {},
): Transcription {
  const { id, tenant, owner, session_id, status, started_at, ended_at, expires_at, error } = row;
  return {
    id,
    ownership: { tenant, owner, groups: groupsOf(row.group_names) },
    origin: row.origin as Transcription['origin'],
    sessionId: session_id ?? undefined,
    status: status as TranscriptionStatus,
    progress: Math.max(row.progress, progress ?? 0),
    audioSeconds: row.audio_seconds ?? undefined,
    model: row.model,
    language: row.language,
    task: row.task as TranscriptionTask,
    words: row.words === 1,
    damaged: row.damaged === 1,
    dropped: row.dropped,
    createdAt: new Date(row.created_at),
    startedAt: dateOf(started_at),
    endedAt: dateOf(ended_at),
    expiresAt: dateOf(expires_at),
    error: error === null ? undefined : (JSON.parse(error) as ErrorDescription),
    transcript,
  };
}

function dateOf(time: string | null): Date | undefined {
  return time === null ? undefined : new Date(time);
}
