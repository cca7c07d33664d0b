import { inWords, tooMany } from '../login/describe-outcome.js';
import type { Refusal } from '../server/ask.js';

/** Why a change of one's own account failed, and what to do. */
export function describeRefusal(refusal: Refusal): string {
  if (refusal.kind === 'unreachable' || refusal.code !== 'locked_out') return refusal.message;
  return tooMany(inWords(refusal.waitSeconds ?? 60));
}
