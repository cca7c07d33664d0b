import { Command } from 'commander';
import { destroyDamaged } from '../records/destroy-damaged.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult destroy-damaged`: destroys records that the server can no longer be asked to destroy. */
export function destroyDamagedCommand(): Command {
  const command = new Command('destroy-damaged')
    .description('Destroy records whose rows are gone or were forged, with everything that is left of them.')
    .argument('<session...>', 'ids of the sessions, as `auscult verify` prints them')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(
    async (ids: readonly string[], options: Record<string, unknown>) => {
      const config = configFrom(options);
      await withStorage(config, async (storage, actor) => {
        for (const id of ids)
          await destroyDamaged(storage, id, { ...actor, reason: String(options['reason']) });
      });
      printResult(options, { destroyed: ids }, () => ids.map((id) => `${id}  destroyed\n`).join(''));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult destroy-damaged 3f0c5f5e-6a3f-4a4c-9a35-2f0a0f2b7c11 --reason "restored from the backup of May 1st, ticket 4711"

Keep the database before, and find out who wrote to it. Records under legal hold stay, and so do those that are whole.

Exit status: 0 for success, 1 if one could not be destroyed, 2 if one is not damaged or not there.`;
