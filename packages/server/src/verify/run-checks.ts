import { databaseFailureOf } from '../db/database-failure.js';
import type { Check, Finding, Step } from './check.js';

/**
 * Runs a check to its end, a step at a time. What the database itself finds damaged ends the check with a finding: what lies
 * behind cannot be read.
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
