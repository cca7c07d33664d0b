import { Command } from 'commander';
import { createBackup } from '../backup/create-backup.js';
import { keyCopyPath } from '../records/key-copies/key-copy.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult backup`: writes everything into one file, while the server keeps running. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description(
      'Write records and audit log into an encrypted file, and the keys of records into their copy.',
    )
    .argument('<file>', 'a file that is not there yet')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(
    async (path: string, options: Record<string, unknown>) => {
      const config = configFrom(options);
      const keyCopy = keyCopyPath(config);
      const rows = await withStorage(config, (storage, actor) => createBackup(storage, { path, actor }));
      printResult(
        options,
        { file: path, keyCopy, rows },
        () =>
          `${rows['sessions'] ?? 0} records and ${rows['audit_entries'] ?? 0} audit entries in ${path}, their keys in ${keyCopy}\n`,
      );
    },
  );
}

const EXAMPLES = `
Examples:
  auscult backup /mnt/backup/auscult-$(date +%F) --data-key-copy /mnt/keys/data-keys.json

A backup opens with the master key and the copy of data keys. Keep the copy where it can be written over,
and the server set to the same --data-key-copy: what is destroyed leaves it at once.

Exit status: 0 for success, 1 if the file is there already or cannot be written, 2 if the command line is wrong.`;
