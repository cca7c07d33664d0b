import { Command } from 'commander';
import { deleteVoiceCommand } from './voices/delete.js';
import { listVoicesCommand } from './voices/list.js';

/** `auscult voices`: voices that people enrolled. Only they themselves can enrol one. */
export function voicesCommand(): Command {
  const voices = new Command('voices')
    .description('List and delete the voices that people enrolled.')
    .addHelpText('after', EXAMPLES);
  for (const command of [listVoicesCommand(), deleteVoiceCommand()]) voices.addCommand(command);
  return voices;
}

const EXAMPLES = `
Examples:
  auscult voices list
  auscult voices delete dr.who

Nobody can enrol a voice here: people do that themselves, on the page or at /api/v1/account/voice.`;
