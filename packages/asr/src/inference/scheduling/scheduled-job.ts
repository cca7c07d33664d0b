import type { JobOwner, RecognitionRequest, Share } from '../inference-pool.js';
import { LEXICON, type RecognitionJob } from '../messages/recognition-job.js';
import type { WorkerSlot } from './worker-slot.js';

/**
 * A job that is not over. A final is early if its audio was sent faster than people speak and its words would not have been
 * spoken yet. Until they would have been, it goes after all live work, so that fast senders slow nobody down, but before
 * background jobs.
 */
export interface ScheduledJob {
  readonly id: number;
  readonly request: RecognitionRequest;
  readonly owner: JobOwner;
  readonly submittedAt: number;
  /** When it would have been submitted if its audio had been sent in real time. */
  readonly dueAt: number;
  urgent: boolean;
  /** Attempts that have failed, because the process ended or could not do the job. */
  attempts: number;
  slot: WorkerSlot | undefined;
  /** Whether it was an early final when a process was given it, and is one still. */
  isEarlyAtWork: boolean;
  /** Processing time that it has taken so far, seconds. */
  used: number;
  /** Processing time that its share was charged for it, seconds. */
  charged: number;
}

/** A job is given up after this many failed attempts: it may be what ends the processes. */
export const MAX_ATTEMPTS = 3;

/** Makes a job that is submitted now. */
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
 * The job as it is sent to a process. The last attempt goes without draft and term lists, in case they are what makes
 * it fail: words without terms are better than none.
 */
export function jobToSend(
  { id, request, urgent, isEarlyAtWork, attempts }: ScheduledJob,
  isBesideCrowd: boolean,
): RecognitionJob {
  const { stream, audio, window, prefix, draft, newSeconds, keepState, decoding, keyTerms, lexicon, trace } =
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
    ...(trace !== undefined && { trace }),
  };
}

/** Whether it is in the background, so that nobody waits for it from second to second. */
export function isBackground({ urgent, request }: ScheduledJob): boolean {
  return !urgent && request.priority === 'background';
}

/** Whether it is a partial, which is worth nothing once it is late. */
export function isPartial(job: ScheduledJob): boolean {
  return !job.urgent && !isBackground(job);
}

/** Whether its audio was sent so fast that its words would not have been spoken yet. */
export function isAhead({ dueAt }: ScheduledJob): boolean {
  return dueAt > performance.now();
}

/** Whether it is a final of words that would not have been spoken yet. */
export function isEarly(job: ScheduledJob): boolean {
  return job.urgent && isAhead(job);
}

/** Whether it is a final that somebody waits for now. */
export function isFinal(job: ScheduledJob): boolean {
  return job.urgent && !isAhead(job);
}

/** Whether it has waited so long that a busy process decodes it together with others. */
export function isLate({ submittedAt }: ScheduledJob): boolean {
  return performance.now() - submittedAt > LATE_SECONDS * 1000;
}

/** Tuned with bench `streams`: if it were shorter, the first jobs of a burst would wait until all later ones are encoded. */
const LATE_SECONDS = 2;

/** Whether two jobs count against the same share of the processing time. */
export function isOfSameShare(one: ScheduledJob, other: ScheduledJob): boolean {
  return shareName(one.request.share) === shareName(other.request.share);
}

/** The path of a share as one string, which identifies it. */
export function shareName(share: Share): string {
  return share.join('\n');
}
