import { Command } from 'commander';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { userNamed } from './user-named.js';

/** `auscult users disable`: no longer lets somebody in. */
export function disableUserCommand(): Command {
  const command = new Command('disable')
    .description('End all logins of a user and allow no new ones. Sessions end within a minute.')
    .argument('<name>', 'the name that the user logs in with')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (name: string, options: Record<string, unknown>) => {
      const disabled = await withAccess(configFrom(options), async ({ users, by }) => {
        const { id } = await userNamed(users, name);
        return users.disable(id, by);
      });
      printResult(options, { name, disabled }, () =>
        disabled ? `${name} is disabled\n` : `${name} was disabled before\n`,
      );
    },
  );
}

const EXAMPLES = `
Examples:
  auscult users disable dr.who

Exit status: 0 if the user is disabled, 1 if the database cannot be used, 2 if there is no such user.`;
