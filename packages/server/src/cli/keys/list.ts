import { Command } from 'commander';
import type { ApiKey } from '../../access/api-keys.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult keys list`: the keys that there are, without their secrets. */
export function listKeysCommand(): Command {
  const command = new Command('list')
    .description('List API keys, the newest first, including revoked ones.')
    .option('--tenant <name>', 'only the keys of one tenant')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(async (options: Record<string, unknown>) => {
    const tenant = typeof options['tenant'] === 'string' ? options['tenant'] : undefined;
    const keys = await withAccess(configFrom(options), ({ apiKeys }) => apiKeys.list(tenant));
    printResult(options, keys, () => keys.map(lineOf).join(''));
  });
}

function lineOf({ id, tenant, role, name, revokedAt, expiresAt, lastUsedAt }: ApiKey): string {
  const state = revokedAt !== undefined ? `revoked ${revokedAt}` : `expires ${expiresAt ?? 'never'}`;
  return `${[id, tenant, role, name, state, `used ${lastUsedAt ?? 'never'}`].join('  ')}\n`;
}

const EXAMPLES = `
Examples:
  auscult keys list
  auscult keys list --tenant north --json

Exit status: 0 for success, 1 if the database cannot be used, 2 if the command line is wrong.`;
