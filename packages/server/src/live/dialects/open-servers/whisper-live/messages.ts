import { closeTable, type ErrorCode } from '@auscult/protocol';
import { closeCodes, POLICY_VIOLATION } from '../../../../close-codes.js';
import type { Uid } from '../../../../compatibility/whisper-live/read-options.js';
import type { EndReason } from '../../../dialect.js';
import type { Problem } from '../../../events.js';
import type { Segment } from './segments.js';

/** The messages to one client of WhisperLive. It takes none without its own name. */
export interface WhisperLiveMessages {
  readonly ready: () => string;
  readonly segments: (segments: readonly Segment[]) => string;
  readonly warning: (message: string) => string;
  /** Why the session ends, or does not begin. */
  readonly failure: (problem: Pick<Problem, 'code' | 'message'>) => string;
  readonly disconnect: () => string;
}

/** Refusals that are over soon. */
const SOON_OVER: ReadonlySet<ErrorCode> = new Set(['busy', 'too_many_sessions', 'not_ready', 'draining']);

/** The wait that is named then, minutes: nobody knows when somebody leaves. */
const WAIT_MINUTES = 1;

/** Failures of the server. */
const FAILURES: ReadonlySet<EndReason> = new Set(['internal_error', 'record_failed', 'audio_lost']);

/** Messages for the client with this name. */
export function messagesTo(uid: Uid): WhisperLiveMessages {
  const write = (message: object): string => JSON.stringify({ uid, ...message });
  return {
    // Clients write the transcript of no other backend.
    ready: () => write({ message: 'SERVER_READY', backend: 'faster_whisper' }),
    segments: (segments) => write({ segments }),
    warning: (message) => write({ status: 'WARNING', message }),
    failure: ({ code, message }) =>
      SOON_OVER.has(code)
        ? write({ status: 'WAIT', message: WAIT_MINUTES })
        : write({ status: 'ERROR', message }),
    disconnect: () => write({ message: 'DISCONNECT' }),
  };
}

/** The close frame that follows on the last message. */
export function whisperLiveClose(why: EndReason): { readonly code: number; readonly reason: string } {
  return { code: closeCodeOf(why), reason: why };
}

const closeCodeOf = closeCodes(
  {
    idle_timeout: closeTable.normal.code,
    ...Object.fromEntries([...SOON_OVER].map((code) => [code, closeTable.try_again_later.code])),
    ...Object.fromEntries([...FAILURES].map((code) => [code, closeTable.internal_error.code])),
  },
  POLICY_VIOLATION,
);
