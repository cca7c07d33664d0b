import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { MASTER_KEY_VARIABLE } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { rewrapSettings } from '../account-settings/account-settings.js';
import { rewrapVoices } from '../access/enrolled-voices.js';
import { rewrapTemplates } from '../templates/template-store.js';
import { revouchRows } from '../integrity/revouch-rows.js';
import { rewrapDataKeys } from '../records/data-keys.js';
import { rewrapJobKeys } from '../transcriptions/durable/job-keys.js';
import { masterKeyPath, prependMasterKey } from '../records/master-keys.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult master-key`: changes the key that protects all others. */
export function masterKeyCommand(): Command {
  return new Command('master-key')
    .description('Change the key that protects all records.')
    .addCommand(rotateCommand());
}

function rotateCommand(): Command {
  const command = new Command('rotate')
    .description('Put a new key first in the master key file, and encrypt the keys of all records with it.')
    .option(
      '--rewrap-only',
      'make no key: use the first existing one, as after a change in a key management service',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(async (options: Record<string, unknown>) => {
    const config = configFrom(options);
    if (options['rewrapOnly'] !== true) await prependKey(config);
    const outcome = await withStorage(config, async ({ database, masterKeys, audit, integrity }, actor) => {
      const rewrapped = await rewrapDataKeys(database, masterKeys);
      await revouchRows(database, integrity.macs);
      await rewrapVoices(database, masterKeys);
      await rewrapTemplates(database, masterKeys);
      await rewrapSettings(database, masterKeys);
      await rewrapJobKeys(database, masterKeys, integrity);
      const masterKey = masterKeys.current().id;
      await audit.append({
        action: 'master-key.rotate',
        outcome: 'success',
        ...actor,
        what: masterKey,
        counts: { rewrapped },
      });
      return { masterKey, rewrapped };
    });
    printResult(
      options,
      outcome,
      () =>
        `${outcome.rewrapped} records are under the master key ${outcome.masterKey} now. ` +
        'The older keys are still needed for backups that were made with them; back the file up.\n',
    );
  });
}

const EXAMPLES = `
Examples:
  auscult master-key rotate
  auscult master-key rotate --rewrap-only       after the output of --master-key-command changed

Servers go on meanwhile: they look for a key that they do not know.

Exit status: 0 for success, 1 if it failed, 2 if the command line is wrong.`;

async function prependKey(config: Config): Promise<void> {
  if (config.masterKeyCommand !== undefined || process.env[MASTER_KEY_VARIABLE])
    throw new ConfigError(
      'the master key does not come from a file, so a new one cannot be put there.',
      'Put the new key first in the place they come from, and run this with --rewrap-only.',
    );
  await prependMasterKey(masterKeyPath(config));
}
