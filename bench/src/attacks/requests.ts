import { setTimeout as elapsed } from 'node:timers/promises';
import { createTally, inLanes, type Attack, type Victim } from './attack.js';

/** Bodies of 64 KiB that cost a careless parser most. */
const shapes = {
  nested: `{"name":${'['.repeat(32_000)}${']'.repeat(32_000)},"password":"x"}`,
  objects: `${'{"a":'.repeat(10_900)}1${'}'.repeat(10_900)}`,
  wide: `{"name":[${'[],'.repeat(21_000)}[]],"password":"x"}`,
  long: `{"${'k'.repeat(65_000)}":1}`,
  numbers: `{"name":[${'1e308,'.repeat(10_800)}1],"password":"x"}`,
  escapes: `{"name":"${'\\u0061'.repeat(10_900)}","password":"x"}`,
} as const;

/** Posts bodies of one shape to the login, unauthenticated, a hundred at a time. */
export function loginBodies(shape: keyof typeof shapes): Attack {
  return async (victim) => {
    const tally = createTally();
    await inLanes(100, victim.goesOn, async () => {
      tally.add(await statusOf(victim, '/api/v1/login', { method: 'POST', body: shapes[shape] }));
    });
    return tally.account();
  };
}

/** Presents an old key again and again, from the doctor's address. */
export const oldKeys: Attack = async (victim) => {
  const tally = createTally();
  const headers = { authorization: `Bearer ausk_000000000000_${'A'.repeat(43)}` };
  await inLanes(2, victim.goesOn, async () => {
    tally.add(await statusOf(victim, '/api/v1/sessions', { headers }));
    await elapsed(50);
  });
  // The answer to a colleague at the same address who mistypes a password.
  const body = JSON.stringify({ name: 'nobody', password: 'a wrong password' });
  tally.add(`login ${await statusOf(victim, '/api/v1/login', { method: 'POST', body })}`);
  return tally.account();
};

/** Guesses names and passwords. */
export const guesses: Attack = async (victim) => {
  const tally = createTally();
  let guess = 0;
  await inLanes(8, victim.goesOn, async () => {
    const body = JSON.stringify({ name: `dr.${String(guess++)}`, password: 'a wrong password' });
    tally.add(await statusOf(victim, '/api/v1/login', { method: 'POST', body }));
  });
  return tally.account();
};

async function statusOf({ httpUrl, goesOn }: Victim, path: string, request: RequestInit): Promise<string> {
  try {
    const headers = { 'content-type': 'application/json', ...(request.headers as Record<string, string>) };
    const response = await fetch(httpUrl + path, {
      ...request,
      headers,
      signal: AbortSignal.timeout(120_000),
    });
    await response.arrayBuffer();
    return String(response.status);
  } catch {
    if (goesOn()) await elapsed(100);
    return 'no answer';
  }
}
