import { Command, InvalidArgumentError } from 'commander';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { addRoleOptions, parseName, type RoleOptions } from '../access/role-options.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

interface Options extends RoleOptions {
  readonly name: string;
  readonly expiresInDays?: number;
}

/** `auscult keys create`: prints a new key, only this once. */
export function createKeyCommand(): Command {
  const command = new Command('create')
    .description('Create an API key and print it, only this once, since only its digest is kept.')
    .option('--name <text>', 'what the key is for, in words for people', parseName, 'API key')
    .option('--expires-in-days <number>', 'days until the key expires (default: never)', parseDays)
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  addRoleOptions(command);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (options: Options & Record<string, unknown>) => {
      const { name, role, tenant, group: groups, expiresInDays } = options;
      const expiresAt =
        expiresInDays === undefined ? undefined : new Date(Date.now() + expiresInDays * 86_400_000);
      const key = await withAccess(configFrom(options), ({ apiKeys, by }) =>
        apiKeys.create({ tenant, name, role, groups, expiresAt, createdBy: undefined }, by),
      );
      printResult(options, key, () => `${key.secret}\n`);
    },
  );
}

function parseDays(text: string): number {
  const days = Number(text);
  if (days > 0 && days <= 3650) return days;
  throw new InvalidArgumentError('Name a number of days, at most 3650.');
}

const EXAMPLES = `
Examples:
  auscult keys create --role administrator
  auscult keys create --role clinician --tenant north --group cardiology --name "ward 3"
  auscult keys create --role service --expires-in-days 90 --json

Exit status: 0 for success, 1 if the database cannot be used, 2 if the command line is wrong.`;
