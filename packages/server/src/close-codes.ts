import { closeTable } from '@auscult/protocol';
import type { EndReason } from './live/dialect.js';

/** RFC 6455 §7.4.1: what came is not allowed. Only clients of other services are told so. */
export const POLICY_VIOLATION = 1008;

/** Codes by the reasons for which a connection is ended. */
type CloseCodes = Readonly<Partial<Record<EndReason, number | undefined>>>;

/** Reasons that every WebSocket client knows by the same codes. */
const KNOWN_EVERYWHERE: CloseCodes = {
  done: closeTable.normal.code,
  going_away: closeTable.going_away.code,
  frame_too_large: closeTable.frame_too_large.code,
};

/** The code with which a dialect closes, for each reason: that of its own table, else the usual one, else `otherwise`. */
export function closeCodes(own: CloseCodes, otherwise: number): (why: EndReason) => number {
  const codes = { ...KNOWN_EVERYWHERE, ...own };
  return (why) => codes[why] ?? otherwise;
}
