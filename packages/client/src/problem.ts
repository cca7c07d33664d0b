import type { ErrorCode } from '@auscult/protocol';

/** Names what went wrong. Codes are stable: programs may rely on them. */
export type ProblemCode =
  | ErrorCode
  | 'microphone_denied'
  | 'microphone_missing'
  | 'microphone_busy'
  | 'microphone_lost'
  | 'microphones_unsupported'
  | 'worklet_missing'
  | 'connection_lost'
  | 'wrong_address'
  | 'upgrade_blocked'
  | 'unauthorized'
  | 'taken_over'
  | 'buffer_full'
  | 'source_failed'
  | 'invalid_options'
  | 'misused'
  | 'closed';

/** Something went wrong: what it is and what to do, as a plain sentence that holds nothing of what was said. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Thrown by the methods of a transcriber. `cause` is the error below it, where there is one. */
export class TranscriberError extends Error {
  readonly code: ProblemCode;

  constructor({ code, message }: Problem, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TranscriberError';
    this.code = code;
  }
}

const sentences = {
  microphone_denied:
    'The microphone may not be used here. Allow it for this page in the browser, then start again.',
  microphone_missing: 'There is no such microphone. Plug one in or choose another, then start again.',
  microphone_busy: 'The microphone does not answer. Close other programs that use it, then start again.',
  microphone_lost:
    'The microphone is gone. Plug it in again or choose another; what was said before is kept.',
  microphones_unsupported:
    'This page cannot use microphones. Open it over https or on this computer, in a current browser.',
  connection_lost:
    'The server cannot be reached. What is said is kept and sent as soon as it answers; check the network.',
  wrong_address:
    'Nothing at this address speaks Auscult. Check host, port and path, which ends in /ws/transcribe.',
  upgrade_blocked:
    'The server answers, but no WebSocket gets through. Have its operator forward upgrades; what is said is kept.',
  unauthorized: 'The server wants to know who you are. Log in; what is said meanwhile is kept and sent then.',
  taken_over: 'This recording goes on in another window or device. Stop it there, or start a new one here.',
  buffer_full:
    'No more audio can be kept, so the oldest is lost. Check the network, or stop and start later.',
  source_failed: 'The source of the audio failed. What it gave before is transcribed.',
  closed: 'The transcriber was closed before all text had come.',
} as const;

/** The problem of a code that the SDK itself finds. */
export function ownProblem(code: keyof typeof sentences): Problem {
  return { code, message: sentences[code] };
}

/** The error of options, a source or a format that a transcriber cannot work with. */
export function invalidOptions(message: string): TranscriberError {
  return new TranscriberError({ code: 'invalid_options', message });
}

/** The error of a method that was called when it cannot be. */
export function misused(message: string): TranscriberError {
  return new TranscriberError({ code: 'misused', message });
}
