import { Command, Option } from 'commander';
import { acceptLog, type AcceptedLog } from '../../audit/accept-log.js';
import { anchorFile } from '../../audit/anchor-file.js';
import { auditEvidence } from '../../audit/audit-evidence.js';
import type { AuditProblem } from '../../audit/audit-problem.js';
import { anchorPlace, auditAnchorPath } from '../../audit/open-audit.js';
import { verifyAudit } from '../../audit/verify.js';
import type { Config } from '../../config/schema.js';
import { createCommitQueue } from '../../db/commit-queue.js';
import { openDatabase } from '../../db/database.js';
import { OLDER_ROWS, type OlderRows } from '../../integrity/accept-older-rows.js';
import { openMasterKeys } from '../../records/open-master-keys.js';
import { commandLineActor, withStorage } from '../open-offline-storage.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { AUDIT_SETTINGS } from '../storage-settings.js';
import { problemLine } from './problem-line.js';

/** `auscult audit accept`: continues a log that servers refuse. */
export function acceptAuditCommand(): Command {
  const command = new Command('accept')
    .description(
      'Continue a log that does not agree with its seal or its anchors, once it is known why. Stop all servers first.',
    )
    .requiredOption('--reason <text>', 'why, for the audit log')
    .addOption(
      new Option(
        '--older-rows <what>',
        'what happens to keys, users and records without a MAC, if nothing shows whether any had one',
      ).choices(OLDER_ROWS),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, AUDIT_SETTINGS).action(async (options: Record<string, unknown>) => {
    const config = configFrom(options);
    const olderRows = OLDER_ROWS.find((choice) => choice === options['olderRows']);
    const outcome = await accept(config, String(options['reason']), olderRows);
    // Opening the log anchors it anew.
    await withStorage(config, () => Promise.resolve());
    printResult(options, outcome, () =>
      [
        ...outcome.problems.map(problemLine),
        `${outcome.problems.length} problems are accepted; the log goes on from entry ${outcome.entries}`,
        ...(outcome.anchorsAt === undefined ? [] : [`the former anchors are in ${outcome.anchorsAt}`]),
        '',
      ].join('\n'),
    );
  });
}

async function accept(
  config: Config,
  reason: string,
  olderRows: OlderRows | undefined,
): Promise<AcceptedLog & { readonly problems: readonly AuditProblem[] }> {
  const database = await openDatabase(config);
  const queue = createCommitQueue(database, { onFailing: () => undefined, onRecovered: () => undefined });
  try {
    const masterKeys = await openMasterKeys(config, database, () => undefined);
    const { problems } = await verifyAudit(database, await auditEvidence(config, masterKeys));
    const accepted = await acceptLog(
      { database, queue, masterKeys },
      { file: anchorFile(auditAnchorPath(config)), place: anchorPlace(config) },
      { ...commandLineActor(), reason, counts: { problems: problems.length } },
      olderRows,
    );
    return { ...accepted, problems };
  } finally {
    await queue.close();
    await database.close();
  }
}

const EXAMPLES = `
Examples:
  auscult audit accept --reason "the disk of May 1st was restored from a snapshot, ticket 4711"

The entries stay as they are, and one is added that says who accepted them and why. The anchors are kept under
another name. What is changed afterwards in the accepted entries is found as before.

Rows without a MAC stay refused where anything shows that a server of this version has vouched for rows. Where nothing
does, say \`--older-rows vouch\` if the database is of an earlier version, after looking through its keys and users, and
\`--older-rows refuse\` otherwise.

Exit status: 0 for success, 1 if it failed, 2 if the command line is wrong.`;
