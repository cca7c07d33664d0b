import { databaseFailureOf } from '../db/database-failure.js';
import type { Check, Finding, Step } from './check.js';

/**
 * Runs a check to its end, a step at a time. Damage that the database itself finds ends the check with a finding,
 * since what comes after it cannot be read.
 */
export async function* stepsOf(check: Check, cursor?: string): AsyncGenerator<Step> {
  let last = cursor ?? '';
  try {
    for await (const step of check.steps(cursor)) {
      last = step.cursor;
      yield step;
    }
  } catch (error) {
    if (databaseFailureOf(error) !== 'damaged') throw error;
    yield { checked: 0, findings: [DATABASE_DAMAGED(check)], cursor: last };
  }
}

const DATABASE_DAMAGED = ({ name }: Check): Finding => ({
  kind: 'database',
  trouble: 'altered',
  at: `what ${name} are read from`,
});
