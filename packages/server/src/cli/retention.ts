import { Command } from 'commander';
import { destroyExpiredVoices, findExpiredVoices } from '../access/expired-voices.js';
import type { VoiceOwner } from '../access/destroy-voice.js';
import { expireRecords, type ExpiredRecord, type RetentionOutcome } from '../retention/expire.js';
import { parsePolicies } from '../retention/policies.js';
import { endSessionsWithoutLease } from '../records/session-lease.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult retention`: destroys the records whose retention period is over. */
export function retentionCommand(): Command {
  const command = new Command('retention')
    .description(
      'Destroy the records whose retention period is over, and the voices whose key has expired, as a server with the same settings does every hour.',
    )
    .option('--dry-run', 'only print which these are')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, [...STORAGE_SETTINGS, 'retention']).action(
    async (options: Record<string, unknown>) => {
      const config = configFrom(options);
      const dryRun = options['dryRun'] === true;
      const outcome = await withStorage(config, async (storage, actor) => {
        if (!dryRun) {
          await storage.keyCopies.settle();
          await endSessionsWithoutLease(storage);
        }
        const now = new Date();
        const voices = dryRun
          ? await findExpiredVoices(storage.database, now)
          : await destroyExpiredVoices(storage, actor, now);
        const records = await expireRecords(storage, parsePolicies(config.retention), { actor, dryRun });
        return { ...records, voices };
      });
      printResult(options, { dryRun, ...outcome }, () => sentences(outcome, dryRun));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult retention --retention '*=365' --dry-run
  auscult retention --retention 'clinic-a=30,*=365'

Exit status: 0 for success, 1 if something could not be destroyed, 2 if the command line is wrong.`;

interface Outcome extends RetentionOutcome {
  /** Whose voices are destroyed. */
  readonly voices: readonly VoiceOwner[];
}

function sentences({ destroyed, held, voices }: Outcome, dryRun: boolean): string {
  const verb = dryRun ? 'would be destroyed' : 'destroyed, with a certificate in the audit log';
  return [
    ...destroyed.map((record) => line(record, dryRun ? 'would be destroyed' : 'destroyed')),
    ...held.map((record) => line(record, 'under legal hold, stays')),
    `${destroyed.length} records ${verb}; ${held.length} under legal hold`,
    ...(voices.length === 0
      ? []
      : [`voices of expired keys that ${dryRun ? 'would be' : 'were'} destroyed: ${voices.length}`]),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

function line({ id, tenant, startedAt, days }: ExpiredRecord, what: string): string {
  return `${id}  ${tenant}  ${startedAt}  kept for ${days} days  ${what}`;
}
