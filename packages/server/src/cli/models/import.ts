import { importModels } from '@auscult/asr';
import { Command } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult models import`: installs models from a file that `export` wrote elsewhere. */
export function importModelsCommand(): Command {
  const command = new Command('import')
    .description('Install models from a file that `auscult models export` wrote. Nothing is fetched.')
    .argument('<bundle>', 'the file')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['modelDirectory']).action(
    async (bundle: string, options: Record<string, unknown>) => {
      const models = await importModels(bundle, modelStore(configFrom(options)));
      printResult(options, models, () =>
        models.map(({ name, variants }) => `${name} (${variants.join(', ')}) is here\n`).join(''),
      );
    },
  );
}

const EXAMPLES = `
Examples:
  auscult models import small.tar
  auscult models import small.tar --model-directory /srv/models

Exit status: 0 if all models of the bundle are here, 1 if it was refused (nothing of it is kept then), 2 if the
command line is wrong.`;
