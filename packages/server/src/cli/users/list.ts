import { Command } from 'commander';
import type { User } from '../../access/user.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult users list`: who can log in. */
export function listUsersCommand(): Command {
  const command = new Command('list')
    .description('List users by name, including disabled ones.')
    .option('--tenant <name>', 'only the users of one tenant')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(async (options: Record<string, unknown>) => {
    const tenant = typeof options['tenant'] === 'string' ? options['tenant'] : undefined;
    const users = await withAccess(configFrom(options), (access) => access.users.list(tenant));
    printResult(options, users, () => users.map(lineOf).join(''));
  });
}

function lineOf({ name, tenant, role, groups, usesCodes, disabledAt }: User): string {
  const state = disabledAt === undefined ? 'can log in' : `disabled ${disabledAt}`;
  const codes = usesCodes ? 'with codes' : 'without codes';
  return `${[name, tenant, role, groups.join(',') || '-', codes, state].join('  ')}\n`;
}

const EXAMPLES = `
Examples:
  auscult users list
  auscult users list --tenant north --json

Exit status: 0 for success, 1 if the database cannot be used, 2 if the command line is wrong.`;
