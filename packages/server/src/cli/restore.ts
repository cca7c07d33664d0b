import { Command } from 'commander';
import { restoreBackup, type Restored } from '../backup/restore-backup.js';
import { keyCopyPath } from '../records/key-copy.js';
import { loadMasterKeys } from '../records/master-keys.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult restore`: writes a backup into an empty database. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('Write a backup into an empty database, without the records that were destroyed since.')
    .argument('<file>', 'a file that `auscult backup` wrote')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(
    async (path: string, options: Record<string, unknown>) => {
      const config = configFrom(options);
      const masterKeys = await loadMasterKeys(config);
      const restored = await restoreBackup(config, masterKeys, { path, keyCopy: keyCopyPath(config) });
      await withStorage(config, async ({ audit }, actor) => {
        await audit.append({
          action: 'backup.restore',
          outcome: 'success',
          ...actor,
          what: undefined,
          reason: `backup of ${restored.createdAt}`,
          counts: { sessions: restored.rows['sessions'] ?? 0, destroyed: restored.destroyed },
        });
      });
      printResult(options, restored, () => sentence(restored));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult restore /mnt/backup/auscult-2026-05-01 --data-directory /var/lib/auscult \\
      --master-key-file /mnt/keys/master.key --data-key-copy /mnt/keys/data-keys.json

Exit status: 0 for success, 1 if it failed, 2 if a file, a key or the command line is wrong. Nothing is written unless
all of the backup can be read.`;

function sentence({ rows, destroyed, createdAt }: Restored): string {
  const entries = rows['audit_entries'] ?? 0;
  return `${rows['sessions'] ?? 0} records and ${entries} audit entries of ${createdAt} are back; ${destroyed} that were destroyed since are not\n`;
}
