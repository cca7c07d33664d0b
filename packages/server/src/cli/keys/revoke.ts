import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult keys revoke`: refuses a key from now on. */
export function revokeKeyCommand(): Command {
  const command = new Command('revoke')
    .description('Refuse a key from now on. Sessions that it opened are closed within a minute.')
    .argument('<id>', 'the 12 characters after ausk_, see auscult keys list')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (id: string, options: Record<string, unknown>) => {
      const revoked = await withAccess(configFrom(options), async ({ apiKeys, by }) => {
        if ((await apiKeys.find(id)) === undefined)
          throw new ConfigError('there is no key with this id.', 'See `auscult keys list`.');
        return apiKeys.revoke(id, by);
      });
      printResult(options, { id, revoked }, () =>
        revoked ? `${id} is revoked\n` : `${id} was revoked before\n`,
      );
    },
  );
}

const EXAMPLES = `
Examples:
  auscult keys revoke 0123456789ab

Exit status: 0 if the key is refused from now on, 1 if the database cannot be used, 2 if there is no such key.`;
