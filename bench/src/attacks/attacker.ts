import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as elapsed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AttackAccount, Victim } from './attack.js';

/** What an attacker is started with. */
export interface AttackOrder {
  readonly name: string;
  readonly victim: Omit<Victim, 'goesOn' | 'speech'>;
  /** A file with the speech. */
  readonly speechPath: string;
}

/** What an attacker reports at its end. */
export interface AttackReport {
  readonly account: AttackAccount;
}

/** An attack that is under way. */
export interface Attacker {
  /** Ends it. Undefined if the attacker did not report. */
  readonly stop: () => Promise<AttackAccount | undefined>;
}

const MAIN = fileURLToPath(new URL('./attacker-main.js', import.meta.url));

/** How long requests under way may take to finish, milliseconds. */
const PATIENCE_MS = 130_000;

/** Attacks from a separate process, so that the doctor's audio is sent in time whatever the attacker does. */
export function startAttacker(order: AttackOrder): Attacker {
  const child = fork(MAIN);
  const report = Promise.race([
    once(child, 'message').then(([message]) => message as AttackReport),
    once(child, 'exit').then(() => undefined),
  ]);
  child.send(order);
  return {
    stop: async () => {
      if (child.connected) child.send('stop');
      const told = await Promise.race([report, elapsed(PATIENCE_MS, undefined, { ref: false })]);
      child.kill('SIGKILL');
      return told?.account;
    },
  };
}
