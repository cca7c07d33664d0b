import { exportModels, type ComputeType } from '@auscult/asr';
import { Command, Option } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { megabytes } from './megabytes.js';

/** `auscult models export`: writes models into one file, for a machine without a network. */
export function exportModelsCommand(): Command {
  const command = new Command('export')
    .description('Write fetched models into one file, for a machine without a network.')
    .argument('<bundle>', 'the file to write, such as models.tar')
    .argument('<model...>', 'names, or repositories as owner/name')
    .addOption(
      new Option('--compute-type <type>', 'only these files (default: all that are installed)').choices([
        'int8',
        'float16',
        'float32',
      ]),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['modelDirectory']).action(
    async (bundle: string, names: string[], options: ExportOptions) => {
      const { computeType } = options;
      // Not the setting of that name, which always has a value.
      const store = modelStore(configFrom({ ...options, computeType: undefined }));
      const { models, bytes } = await exportModels(names, bundle, { store, computeType });
      const text = models.map(({ name, variants }) => `${name} (${variants.join(', ')})`).join(', ');
      printResult(options, { bundle, bytes, models }, () => `${bundle}, ${megabytes(bytes)}: ${text}\n`);
    },
  );
}

interface ExportOptions extends Readonly<Record<string, unknown>> {
  readonly computeType?: ComputeType;
}

const EXAMPLES = `
Examples:
  auscult models pull whisper-small && auscult models export small.tar whisper-small
  auscult models export all.tar whisper-tiny whisper-small --compute-type int8

Exit status: 0 if the bundle is complete, 1 if a model is missing or damaged or there is no room, 2 if the
command line is wrong.`;
