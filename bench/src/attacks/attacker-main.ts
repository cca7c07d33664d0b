import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { AttackOrder, AttackReport } from './attacker.js';
import { attacks } from './attacks.js';

/** A real attacker uses another machine, so on this one the process takes only spare processor time. */
const LEAST_PRIORITY = 19;

let goesOn = true;
setPriority(LEAST_PRIORITY);
process.on('message', (message: AttackOrder | 'stop') => {
  if (message === 'stop') goesOn = false;
  else void carryOut(message);
});

async function carryOut({ name, victim, speechPath }: AttackOrder): Promise<void> {
  const attack = attacks[name];
  if (attack === undefined) throw new RangeError(`There is no attack ${name}.`);
  const speech = readFileSync(speechPath);
  const account = await attack({ ...victim, speech, goesOn: () => goesOn });
  process.send?.({ account } satisfies AttackReport, () => {
    process.exit(0);
  });
}
