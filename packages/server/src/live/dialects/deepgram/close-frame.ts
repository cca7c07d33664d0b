import { closeTable, describeError } from '@auscult/protocol';
import { closeCodes, POLICY_VIOLATION } from '../../../close-codes.js';
import type { EndReason } from '../../dialect.js';

/** Bytes that a reason in a close frame may have. */
const LONGEST_REASON = 123;

/** The close frame of a connection that the server ends. Clients connect anew after any other code than that of `done`. */
export function closeFrameOf(why: EndReason): { readonly code: number; readonly reason: string } {
  return { code: closeCodeOf(why), reason: reasonOf(why) };
}

const closeCodeOf = closeCodes(
  {
    credential_expired: POLICY_VIOLATION,
    too_many_bad_messages: POLICY_VIOLATION,
    container_unknown: POLICY_VIOLATION,
    container_broken: POLICY_VIOLATION,
  },
  closeTable.internal_error.code,
);

function reasonOf(why: EndReason): string {
  switch (why) {
    case 'done':
      return '';
    case 'credential_expired':
      return 'INVALID_AUTH';
    case 'container_unknown':
    case 'container_broken':
      return shortened(`DATA-0000 ${describeError(why).message}`);
    case 'idle_timeout':
      return shortened(`NET-0001 ${describeError(why).message}`);
    default:
      return why;
  }
}

/** As much of an ASCII text as a close frame has room for. */
function shortened(text: string): string {
  return text.slice(0, LONGEST_REASON);
}
