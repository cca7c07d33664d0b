import { errorCodes } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { requireIdentity, type Guard } from '../access/guard.js';
import { ownershipOf } from '../access/identity.js';
import type { AuditLog } from '../audit/audit-log.js';
import { RequestError, type ErrorDescription } from '../errors.js';
import type { Transcription } from '../transcriptions/transcription.js';
import type { Transcript } from '../transcripts/transcript.js';
import {
  acceptRecording,
  type AcceptedRecording,
  type Awaited,
  type ReceivedRecording,
  type RecordingServices,
} from './accept-recording.js';
import { requestIdOf } from './request-id.js';
import type { UploadLimits } from './watch-upload.js';

/** What is needed to transcribe a recording while its sender waits. */
export interface AwaitingServices extends RecordingServices {
  readonly guard: Guard;
  readonly audit: AuditLog;
}

/** A transcription that is done. */
export interface DoneTranscription extends Pick<AcceptedRecording, 'warnings'> {
  readonly transcription: Transcription;
  readonly transcript: Transcript;
}

/**
 * Transcribes the recording that a request brings while its sender waits for the text, and forgets it then; only its record
 * stays. If the sender leaves, it is cancelled.
 * @throws {RequestError} if there is no text
 */
export async function transcribeAwaited(
  request: FastifyRequest,
  services: AwaitingServices,
  receive: (limits: UploadLimits) => Promise<ReceivedRecording>,
  wanted: Pick<Awaited, 'onOpened' | 'onFinal'>,
): Promise<DoneTranscription> {
  const { transcriptions } = services;
  const id = requestIdOf(request);
  await requireReader(request, services);
  let hasEnded: ((transcription: Transcription) => void) | undefined;
  const ended = new Promise<Transcription>((resolve) => {
    hasEnded = resolve;
  });
  let isOver = false;
  const cancel = (): void => {
    transcriptions.dismiss(id);
  };
  const { socket } = request.raw;
  try {
    const accepted = await acceptRecording(request, services, receive, {
      ...wanted,
      id,
      onEnd: (transcription) => hasEnded?.(transcription),
    });
    socket.once('close', cancel);
    if (socket.destroyed) cancel();
    const transcription = await ended;
    isOver = true;
    const transcript = transcriptOf(transcription);
    await noteReading(request, services);
    return { transcription, transcript, warnings: accepted.warnings };
  } finally {
    socket.off('close', cancel);
    if (isOver) transcriptions.dismiss(id);
  }
}

/** Whoever sends a recording to these routes reads its text, too. */
function requireReader(request: FastifyRequest, { guard }: AwaitingServices): Promise<unknown> {
  const ownership = ownershipOf(requireIdentity(request));
  return guard.authorise(request, 'transcript.read', ownership, 'forbidden', requestIdOf(request));
}

function noteReading(request: FastifyRequest, { audit }: AwaitingServices): Promise<unknown> {
  return audit.append({
    action: 'record.read',
    outcome: 'success',
    who: requireIdentity(request),
    from: request.ip,
    what: requestIdOf(request),
  });
}

function transcriptOf({ transcript, error }: Transcription): Transcript {
  if (transcript !== undefined) return transcript;
  throw new RequestError(codeOf(error), { field: error?.field, limit: error?.limit });
}

function codeOf(error: ErrorDescription | undefined) {
  return errorCodes.find((code) => code === error?.code) ?? 'internal_error';
}
