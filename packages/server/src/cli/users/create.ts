import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { addRoleOptions, parseName, type RoleOptions } from '../access/role-options.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { secretLines } from './secret-lines.js';

interface Options extends RoleOptions {
  readonly codes: boolean;
}

/** `auscult users create`: prints the secrets of a new user, only this once. */
export function createUserCommand(): Command {
  const command = new Command('create')
    .description('Create a user, and print password and authenticator, only this once.')
    .argument('<name>', 'the name to log in with', parseName)
    .option('--no-codes', 'ask for no authenticator code')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  addRoleOptions(command);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (name: string, options: Options & Record<string, unknown>) => {
      const { role, tenant, group: groups, codes: usesCodes } = options;
      const user = await withAccess(configFrom(options), async ({ users, by }) => {
        const order = { tenant, name, role, groups, usesCodes, createdBy: undefined };
        const created = await users.create(order, by);
        if (created === undefined)
          throw new ConfigError(
            'a user has this name already.',
            'Choose another, or see `auscult users reset`.',
          );
        return created;
      });
      printResult(options, user, () => secretLines(user));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult users create dr.who --role clinician --group cardiology
  auscult users create kiosk --role clinician --no-codes

Exit status: 0 for success, 1 if the database cannot be used, 2 if the name is taken or the command line is wrong.`;
