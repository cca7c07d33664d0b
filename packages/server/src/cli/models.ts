import { Command } from 'commander';
import { exportModelsCommand } from './models/export.js';
import { importModelsCommand } from './models/import.js';
import { listModelsCommand } from './models/list.js';
import { pullModelsCommand } from './models/pull.js';
import { removeModelsCommand } from './models/remove.js';
import { verifyModelsCommand } from './models/verify.js';

/** `auscult models`: the models that can be used, and which of them are installed. */
export function modelsCommand(): Command {
  const models = new Command('models')
    .description('List the models that can be used, and fetch, verify, remove and carry them.')
    .addHelpText('after', EXAMPLES);
  for (const command of [
    listModelsCommand(),
    pullModelsCommand(),
    verifyModelsCommand(),
    removeModelsCommand(),
    exportModelsCommand(),
    importModelsCommand(),
  ]) {
    models.addCommand(command);
  }
  return models;
}

const EXAMPLES = `
Examples:
  auscult models list
  auscult models pull whisper-small                  fetch it before it is needed
  auscult models export small.tar whisper-small      for a machine without a network
  auscult models import small.tar                    and there
  auscult serve --model whisper-small`;
