import { inWords } from '../login/describe-outcome.js';
import type { Refusal } from '../server/ask.js';

/** Why a change of one's own account failed, and what to do. */
export function describeRefusal(refusal: Refusal): string {
  if (refusal.kind === 'unreachable') return refusal.message;
  const { code, message, waitSeconds } = refusal;
  if (code === 'locked_out')
    return `Too many attempts have failed. Wait ${inWords(waitSeconds ?? 60)}, then try again.`;
  return SENTENCES[code] ?? message;
}

/** Replaces messages that name fields of the API. */
const SENTENCES: Readonly<Partial<Record<string, string>>> = {
  password_wrong: 'The current password is wrong.',
  password_too_weak:
    'The new password is too easy to guess, or the one that you have already. Take at least 12 characters, 5 of them different, without your name.',
  code_wrong:
    'The code is wrong. Check that the clock of the authenticator is right, and type the code that it shows now.',
  voice_too_short: 'Too little speech was heard. Speak up, and read without long pauses.',
  voice_not_one: 'That did not sound like a single voice. Record yourself alone, in a quiet room.',
  authenticator_not_offered: 'That took longer than ten minutes. Cancel and start again.',
};
