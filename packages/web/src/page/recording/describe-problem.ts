import type { Problem, ProblemCode } from '@auscult/client';
import { msg } from '@lit/localize';
import { explain } from '../server/explanations.js';

/** What a person can do about a problem by pressing a button. */
export type Remedy = 'start' | 'choose-microphone' | 'check-microphone' | 'none';

/** A problem as the page shows it. */
export interface ProblemDescription {
  readonly title: string;
  readonly sentence: string;
  readonly remedy: Remedy;
}

/** A problem with a title and a way on. Codes that the page does not know have the sentence of the SDK. */
export function describeProblem({ code, message }: Problem): ProblemDescription {
  const [title, remedy] = TITLES[code] ?? [() => msg('Something went wrong'), 'start'];
  return { title: title(), sentence: explain(code, message), remedy };
}

const unreachable = (): string => msg('The server cannot be reached');
const isBusy = (): string => msg('The server is busy');
const notTaken = (): string => msg('A correction was not taken');

const TITLES: Readonly<Partial<Record<ProblemCode, readonly [title: () => string, remedy: Remedy]>>> = {
  microphone_denied: [() => msg('The microphone is not allowed'), 'check-microphone'],
  microphone_missing: [() => msg('No microphone found'), 'choose-microphone'],
  microphone_busy: [() => msg('The microphone is in use'), 'start'],
  microphone_lost: [() => msg('The microphone was unplugged'), 'choose-microphone'],
  microphones_unsupported: [() => msg('This page cannot use microphones here'), 'none'],
  connection_lost: [unreachable, 'start'],
  worklet_missing: [unreachable, 'start'],
  wrong_address: [() => msg('There is no server at this address'), 'start'],
  upgrade_blocked: [unreachable, 'none'],
  forbidden: [() => msg('The server does not let you in'), 'none'],
  busy: [isBusy, 'start'],
  too_many_sessions: [isBusy, 'start'],
  not_ready: [() => msg('The server is still starting'), 'start'],
  draining: [() => msg('The server is being restarted'), 'start'],
  records_unavailable: [() => msg('The server cannot keep records now'), 'start'],
  record_failed: [() => msg('The server could not keep a record'), 'start'],
  internal_error: [() => msg('The server has failed'), 'start'],
  locked_out: [() => msg('Too many attempts have failed'), 'start'],
  unauthorized: [() => msg('You are not logged in'), 'none'],
  origin_not_allowed: [() => msg('This address may not use the server'), 'none'],
  host_not_allowed: [() => msg('This address may not use the server'), 'none'],
  encryption_required: [() => msg('The connection is not secure'), 'none'],
  taken_over: [() => msg('This recording goes on elsewhere'), 'start'],
  session_taken_over: [() => msg('This recording goes on elsewhere'), 'start'],
  ended_by_administrator: [() => msg('The recording was ended'), 'start'],
  buffer_full: [() => msg('Audio was lost'), 'none'],
  audio_lost: [() => msg('Some words are missing'), 'none'],
  correction_refused: [notTaken, 'none'],
  speakers_off: [notTaken, 'none'],
};
