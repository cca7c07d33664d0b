import { closeTable, describeError } from '@auscult/protocol';
import type { EndReason } from '../../dialect.js';

/** RFC 6455 §7.4.1: the client may not go on. */
const POLICY_VIOLATION = 1008;

/** Bytes that a reason in a close frame may have. */
const LONGEST_REASON = 123;

/** The close frame of a connection that the server ends. Clients connect anew after any other code than that of `done`. */
export function closeFrameOf(why: EndReason): { readonly code: number; readonly reason: string } {
  switch (why) {
    case 'done':
      return { code: closeTable.normal.code, reason: '' };
    case 'going_away':
      return { code: closeTable.going_away.code, reason: why };
    case 'frame_too_large':
      return { code: closeTable.frame_too_large.code, reason: why };
    case 'credential_expired':
      return { code: POLICY_VIOLATION, reason: 'INVALID_AUTH' };
    case 'too_many_bad_messages':
      return { code: POLICY_VIOLATION, reason: why };
    case 'container_unknown':
    case 'container_broken':
      return { code: POLICY_VIOLATION, reason: shortened(`DATA-0000 ${describeError(why).message}`) };
    case 'idle_timeout':
      return {
        code: closeTable.internal_error.code,
        reason: shortened(`NET-0001 ${describeError(why).message}`),
      };
    default:
      return { code: closeTable.internal_error.code, reason: why };
  }
}

/** As much of an ASCII text as a close frame has room for. */
function shortened(text: string): string {
  return text.slice(0, LONGEST_REASON);
}
