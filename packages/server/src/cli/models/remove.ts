import { removeModel } from '@auscult/asr';
import { Command } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { megabytes } from './megabytes.js';

/** `auscult models remove`: deletes fetched models. */
export function removeModelsCommand(): Command {
  const command = new Command('remove')
    .description('Delete fetched models, with what was recorded about their files.')
    .argument('<model...>', 'names, or repositories as owner/name')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['modelDirectory']).action(
    async (models: string[], options: Record<string, unknown>) => {
      const store = modelStore(configFrom(options));
      const removed = [];
      for (const model of models) {
        const freedBytes = await removeModel(model, store);
        removed.push({ model, freedBytes });
        if (options['json'] !== true) process.stdout.write(`${model} is removed, ${megabytes(freedBytes)}\n`);
      }
      if (options['json'] === true) process.stdout.write(`${JSON.stringify(removed, null, 2)}\n`);
    },
  );
}

const EXAMPLES = `
Examples:
  auscult models remove whisper-medium
  auscult models remove owner/my-whisper --json

Exit status: 0 if all are gone, 1 if one was not there or cannot be deleted, 2 if the command line is wrong.`;
