import { msg, str } from '@lit/localize';
import { measured } from '../../localize/numbers.js';
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
      return wrong(step);
    case 'locked-out':
      return tooMany(inWords(outcome.waitSeconds));
    case 'failed':
      return outcome.message;
  }
}

/** Why nobody may try now, with the time to wait in words. */
export function tooMany(wait: string): string {
  return msg(str`Too many attempts have failed. Wait ${wait}, then try again.`);
}

function wrong(step: LoginStep): string {
  switch (step) {
    case 'password':
      return msg('The name or the password is wrong. Check both, and whether Caps Lock is on.');
    case 'code':
      return msg('The code is wrong, or was used before. Type the one that the authenticator shows now.');
    case 'recovery-code':
      return msg('The recovery code is wrong, or was used before. Type another.');
  }
}

/** A time to wait, as it is read out. */
export function inWords(seconds: number): string {
  return seconds < 90 ? measured(seconds, 'second') : measured(Math.ceil(seconds / 60), 'minute');
}
