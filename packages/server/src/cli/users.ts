import { Command } from 'commander';
import { createUserCommand } from './users/create.js';
import { disableUserCommand } from './users/disable.js';
import { listUsersCommand } from './users/list.js';
import { resetUserCommand } from './users/reset.js';

/** `auscult users`: people who log in on the page. */
export function usersCommand(): Command {
  const users = new Command('users')
    .description('Create, list, disable and reset people who log in.')
    .addHelpText('after', EXAMPLES);
  for (const command of [createUserCommand(), listUsersCommand(), disableUserCommand(), resetUserCommand()])
    users.addCommand(command);
  return users;
}

const EXAMPLES = `
Examples:
  auscult users create dr.who --role clinician --group cardiology
  auscult users list
  auscult users reset dr.who                        a new password and authenticator
  auscult users disable dr.who`;
