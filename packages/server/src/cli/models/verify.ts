import { listModels, SpeechError, verifyModel, type ModelStoreOptions } from '@auscult/asr';
import { Command } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { failureLine } from '../failure-line.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult models verify`: reads every file again and compares it with what it should be. */
export function verifyModelsCommand(): Command {
  const command = new Command('verify')
    .description('Compare every file of the models with what was published or first fetched.')
    .argument('[model...]', 'names, repositories or folders (default: all installed models)')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['modelDirectory']).action(
    async (models: string[], options: Record<string, unknown>) => {
      const store = modelStore(configFrom(options));
      const outcomes = [];
      for (const model of models.length > 0 ? models : await installed(store)) {
        const outcome = await verify(model, store);
        outcomes.push(outcome);
        if (options['json'] !== true) process.stdout.write(line(outcome));
      }
      if (options['json'] === true) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
      process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
    },
  );
}

const EXAMPLES = `
Examples:
  auscult models verify
  auscult models verify whisper-small
  auscult models verify --json

Exit status: 0 if all are whole, 1 if one is missing or damaged, 2 if the command line is wrong.`;

type Outcome =
  | { readonly model: string; readonly ok: true; readonly computeTypes: readonly string[] }
  | { readonly model: string; readonly ok: false; readonly code: string; readonly message: string };

async function installed(store: ModelStoreOptions): Promise<string[]> {
  return (await listModels(store)).filter((model) => model.installed.length > 0).map(({ name }) => name);
}

async function verify(model: string, store: ModelStoreOptions): Promise<Outcome> {
  try {
    return { model, ok: true, computeTypes: await verifyModel(model, { store }) };
  } catch (error) {
    if (!(error instanceof SpeechError)) throw error;
    return { model, ok: false, code: error.code, message: failureLine(error) };
  }
}

function line(outcome: Outcome): string {
  return outcome.ok
    ? `${outcome.model} (${outcome.computeTypes.join(', ')}) is whole\n`
    : `${outcome.model}: ${outcome.message}\n`;
}
