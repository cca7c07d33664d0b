import type { Problem } from '@auscult/client';

/** What a person can do about a problem by pressing a button. */
export type Remedy = 'start' | 'choose-microphone' | 'none';

/** A problem as the page shows it. */
export interface ProblemDescription {
  readonly title: string;
  readonly sentence: string;
  readonly remedy: Remedy;
}

const TITLES: Readonly<Partial<Record<string, readonly [title: string, remedy: Remedy]>>> = {
  microphone_denied: ['The microphone is not allowed', 'start'],
  microphone_missing: ['No microphone found', 'choose-microphone'],
  microphone_busy: ['The microphone is in use', 'start'],
  microphone_lost: ['The microphone was unplugged', 'choose-microphone'],
  microphones_unsupported: ['This page cannot use microphones here', 'none'],
  connection_lost: ['The server cannot be reached', 'start'],
  worklet_missing: ['The server cannot be reached', 'start'],
  wrong_address: ['There is no server at this address', 'start'],
  upgrade_blocked: ['The server cannot be reached', 'none'],
  forbidden: ['The server does not let you in', 'none'],
  busy: ['The server is busy', 'start'],
  too_many_sessions: ['The server is busy', 'start'],
  not_ready: ['The server is still starting', 'start'],
  records_unavailable: ['The server cannot keep records now', 'start'],
  record_failed: ['The server could not keep a record', 'start'],
  internal_error: ['The server has failed', 'start'],
  locked_out: ['Too many attempts have failed', 'start'],
  unauthorized: ['You are not logged in', 'none'],
  origin_not_allowed: ['This address may not use the server', 'none'],
  taken_over: ['This recording goes on elsewhere', 'start'],
  buffer_full: ['Audio was lost', 'none'],
  audio_lost: ['Some words are missing', 'none'],
  correction_refused: ['A correction was not taken', 'none'],
  speakers_off: ['A correction was not taken', 'none'],
};

/** Replaces messages that are meant for developers, or too short for people. */
const SENTENCES: Readonly<Partial<Record<string, string>>> = {
  microphone_denied:
    'Click the symbol beside the address of this page, allow the microphone, and try again. ' +
    'If it stays so, look for the microphone in the privacy settings of the device.',
  unauthorized: 'Reload this page and log in. Copy the transcript first.',
  worklet_missing: 'A part of this page could not be loaded. Check the network, then try again.',
};

/** A problem with a title and a way on. Codes that the page does not know have the sentence of the SDK. */
export function describeProblem({ code, message }: Problem): ProblemDescription {
  const [title, remedy] = TITLES[code] ?? ['Something went wrong', 'start'];
  return { title, sentence: SENTENCES[code] ?? message, remedy };
}
