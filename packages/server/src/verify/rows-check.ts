import type { VouchedTable } from '../integrity/covered-columns.js';
import type { RefusedRow } from '../integrity/refused-rows.js';
import {
  verifyAuthenticatedRows,
  verifyRecordHeads,
  type RowFindings,
  type VerifyingServices,
} from '../integrity/verify-rows.js';
import type { Check, Finding, Step } from './check.js';

/** Rows per step. */
const PAGE = 10;

/**
 * Checks that every row that says who may come in, and whose a session is, is as a server last wrote it. Begins anew
 * after a restart.
 */
export function rowsCheck(services: VerifyingServices): Check {
  return {
    name: 'rows',
    count: async () =>
      (await countOf(services, 'api_keys')) +
      (await countOf(services, 'users')) +
      (await countOf(services, 'logins')) +
      (await countOf(services, 'sessions')) +
      (await countOf(services, 'transcription_jobs')),
    steps: () => inSteps(verifyAuthenticatedRows(services), rowFinding),
  };
}

/** Checks that every record matches its head, with nothing missing or put back. Begins anew after a restart. */
export function headsCheck(services: VerifyingServices): Check {
  return {
    name: 'heads',
    count: () => countOf(services, 'sessions'),
    steps: () =>
      inSteps(verifyRecordHeads(services), ({ id }) => ({ kind: 'head', trouble: 'altered', session: id })),
  };
}

async function countOf({ database: { db } }: VerifyingServices, table: VouchedTable): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

const TROUBLES = {
  altered: 'altered',
  replayed: 'altered',
  shortened: 'altered',
  removed: 'missing',
  returned: 'back',
} as const satisfies Record<RefusedRow['refusal'], Finding['trouble']>;

function rowFinding({ table, id, refusal }: RefusedRow): Finding {
  const place = { kind: 'row', trouble: TROUBLES[refusal] } as const;
  return table === 'sessions'
    ? { ...place, session: id, at: refusal }
    : { ...place, at: `${table} ${id} (${refusal})` };
}

async function* inSteps(
  rows: AsyncIterable<RowFindings>,
  findingOf: (row: RefusedRow) => Finding,
): AsyncGenerator<Step> {
  let checked = 0;
  let findings: Finding[] = [];
  for await (const refused of rows) {
    checked += 1;
    findings.push(...refused.map(findingOf));
    if (checked < PAGE) continue;
    yield { checked, findings, cursor: '' };
    checked = 0;
    findings = [];
  }
  yield { checked, findings, cursor: '' };
}
