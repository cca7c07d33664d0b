import type { JobOwner, RecognitionRequest, Share } from '../inference-pool.js';
import { LEXICON, type RecognitionJob } from '../messages/recognition-job.js';
import type { WorkerSlot } from './worker-slot.js';

/**
 * A job that is not over. An early final is one of whoever sends faster than people speak. Until its words would have been
 * spoken it goes behind all live work, so that who is fast slows nobody down, and before work in the background.
 */
export interface ScheduledJob {
  readonly id: number;
  readonly request: RecognitionRequest;
  readonly owner: JobOwner;
  readonly submittedAt: number;
  /** When whoever speaks in real time would have submitted it. */
  readonly dueAt: number;
  urgent: boolean;
  /** Processes that ended over it. */
  attempts: number;
  slot: WorkerSlot | undefined;
  /** Whether the process was given it as an early final. */
  isEarlyAtWork: boolean;
  /** Processing time that it has taken, and that its share was charged for it, seconds. */
  used: number;
  charged: number;
}

/** A final is given up after so many processes ended over it: it may be what ends them. */
export const MAX_ATTEMPTS = 3;

/** A job that is submitted now. */
export function newScheduledJob(id: number, request: RecognitionRequest, owner: JobOwner): ScheduledJob {
  const now = performance.now();
  return {
    id,
    request,
    owner,
    submittedAt: now,
    dueAt: now + (request.priority === 'background' ? 0 : request.aheadSeconds * 1000),
    urgent: request.priority === 'final',
    attempts: 0,
    slot: undefined,
    isEarlyAtWork: false,
    used: 0,
    charged: 0,
  };
}

/**
 * What a process is sent of a job, which may be beside a crowd. Its last attempt has only the audio to go by: words without
 * terms are better than none.
 */
export function jobToSend(
  { id, request, urgent, isEarlyAtWork, attempts }: ScheduledJob,
  isBesideCrowd: boolean,
): RecognitionJob {
  const { stream, audio, window, prefix, draft, newSeconds, keepState, decoding, keyTerms, lexicon } =
    request;
  const termLists = [...(keyTerms ? [keyTerms.name] : []), ...(lexicon ? [LEXICON] : [])];
  const urgency = urgent ? (isBesideCrowd ? 'final-beside-crowd' : 'final') : request.priority;
  const isLastAttempt = attempts === MAX_ATTEMPTS - 1;
  return {
    id,
    priority: isEarlyAtWork ? 'background' : urgency,
    stream,
    audio,
    window,
    prefix,
    draft: isLastAttempt ? [] : draft,
    newSeconds,
    keepState,
    decoding,
    termLists: isLastAttempt ? [] : termLists,
  };
}

/** Whether nobody waits for it from second to second. */
export function isBackground({ urgent, request }: ScheduledJob): boolean {
  return !urgent && request.priority === 'background';
}

/** Whether it is worth nothing once it is late. */
export function isPartial(job: ScheduledJob): boolean {
  return !job.urgent && !isBackground(job);
}

/** Whether its words would not have been spoken yet. */
export function isAhead({ dueAt }: ScheduledJob): boolean {
  return dueAt > performance.now();
}

/** Whether it is a final of words that would not have been spoken yet. */
export function isEarly(job: ScheduledJob): boolean {
  return job.urgent && isAhead(job);
}

/** Whether somebody waits for it. */
export function isFinal(job: ScheduledJob): boolean {
  return job.urgent && !isAhead(job);
}

/** Whether it has waited so long that it joins others at a process that is busy. */
export function isLate({ submittedAt }: ScheduledJob): boolean {
  return performance.now() - submittedAt > LATE_SECONDS * 1000;
}

/** Bench `streams`: sooner, and in a burst the first wait for the encoding of all that come after them. */
const LATE_SECONDS = 2;

/** Whether two jobs count against the same share of the processing time. */
export function isOfSameShare(one: ScheduledJob, other: ScheduledJob): boolean {
  return shareName(one.request.share) === shareName(other.request.share);
}

/** A share as one word. */
export function shareName(share: Share): string {
  return share.join('\n');
}
