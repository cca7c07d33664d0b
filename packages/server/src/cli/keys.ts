import { Command } from 'commander';
import { createKeyCommand } from './keys/create.js';
import { listKeysCommand } from './keys/list.js';
import { revokeKeyCommand } from './keys/revoke.js';

/** `auscult keys`: the keys with which programs authenticate. */
export function keysCommand(): Command {
  const keys = new Command('keys')
    .description('Create, list and revoke API keys.')
    .addHelpText('after', EXAMPLES);
  for (const command of [createKeyCommand(), listKeysCommand(), revokeKeyCommand()]) keys.addCommand(command);
  return keys;
}

const EXAMPLES = `
Examples:
  auscult keys create --role administrator          the first, to create others with over HTTP
  auscult keys create --role service --name gateway --expires-in-days 90
  auscult keys list
  auscult keys revoke 0123456789ab`;
