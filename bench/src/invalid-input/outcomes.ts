import { closeTable } from '@auscult/protocol';
import { hasEnded, type Ended, type Message } from './client-socket.js';
import type { Outcome } from './input-kind.js';

/** What an answer over a socket means. */
export function outcomeOf(answer: Message | Ended | 'nothing'): Outcome {
  if (answer === 'nothing') return { fate: 'failed', how: 'no answer' };
  if (!hasEnded(answer)) return { fate: 'answered', how: 'message' };
  return answer.how === 'refused' ? outcomeOfStatus(answer.code) : outcomeOfClose(answer);
}

/** What the status of an answer means. */
export function outcomeOfStatus(status: number): Outcome {
  const how = `status ${String(status)}`;
  if (BUSY.has(status)) return { fate: 'busy', how };
  return { fate: status >= 100 && status < 500 ? 'answered' : 'failed', how };
}

function outcomeOfClose({ code, reason }: Ended): Outcome {
  const how = `close ${String(code)} ${reason.split(' ')[0] ?? ''}`.trim();
  if (code === closeTable.try_again_later.code) return { fate: 'busy', how };
  return { fate: code === CUT || OWN_FAULTS.has(reason) ? 'failed' : 'answered', how };
}

/** RFC 6455 §7.4.1: there was no close frame. */
const CUT = 1006;

/** Reasons that no input may lead to. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['internal_error', 'record_failed', 'audio_lost']);

/** Too many of the client's own, and too many of all. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);
