import type { LoginOutcome } from './login.js';

/** Which question of the form was answered. */
export type LoginStep = 'password' | 'code' | 'recovery-code';

/** The sentence that tells why a login failed, and what to do. */
export function describeOutcome(outcome: LoginOutcome, step: LoginStep): string | undefined {
  switch (outcome.kind) {
    case 'in':
    case 'code-required':
      return undefined;
    case 'wrong':
      return WRONG[step];
    case 'locked-out':
      return `Too many attempts have failed. Wait ${inWords(outcome.waitSeconds)}, then try again.`;
    case 'failed':
      return outcome.message;
  }
}

const WRONG: Readonly<Record<LoginStep, string>> = {
  password: 'The name or the password is wrong. Check both, and whether Caps Lock is on.',
  code: 'The code is wrong, or was used before. Type the one that the authenticator shows now.',
  'recovery-code': 'The recovery code is wrong, or was used before. Type another.',
};

/** A time to wait, as it is read out. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${String(seconds)} seconds`;
  return `${String(Math.ceil(seconds / 60))} minutes`;
}
