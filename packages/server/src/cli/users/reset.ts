import { Command } from 'commander';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { secretLines } from './secret-lines.js';
import { userNamed } from './user-named.js';

/** `auscult users reset`: prints the new secrets of a user, only this once. */
export function resetUserCommand(): Command {
  const command = new Command('reset')
    .description(
      'Give a user, even a disabled one, a new password and authenticator, and print them. Recovery codes are removed: the user makes new ones on the page.',
    )
    .argument('<name>', 'the name that the user logs in with')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (name: string, options: Record<string, unknown>) => {
      const secrets = await withAccess(configFrom(options), async ({ users, by }) => {
        const { id } = await userNamed(users, name);
        return users.reset(id, by);
      });
      if (secrets === undefined) return;
      printResult(options, secrets, () => secretLines(secrets));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult users reset dr.who

Exit status: 0 for success, 1 if the database cannot be used, 2 if there is no such user.`;
