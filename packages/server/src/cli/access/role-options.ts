import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_TENANT, GRANTABLE_ROLES, type GrantableRole } from '../../access/identity.js';
import { personName } from '../../http/identity-fields.js';

/** Role, tenant and groups of a new user or key. */
export interface RoleOptions {
  readonly role: GrantableRole;
  readonly tenant: string;
  readonly group: readonly string[];
}

/** Gives a command `--role`, `--tenant` and `--group`. */
export function addRoleOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--role <role>', 'what may be done with it').choices(GRANTABLE_ROLES).makeOptionMandatory(),
    )
    .option('--tenant <name>', 'the tenant that it belongs to', parseName, DEFAULT_TENANT)
    .option('--group <name...>', 'groups, whose supervisors may read its sessions', addName, []);
}

/** Parses a name by the same rules as over HTTP. */
export function parseName(text: string): string {
  const parsed = personName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('Names have 1 to 100 characters, on one line.');
}

function addName(text: string, before: readonly string[]): readonly string[] {
  return [...before, parseName(text)];
}
