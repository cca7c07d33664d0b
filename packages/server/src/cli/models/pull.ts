import { resolveModel } from '@auscult/asr';
import { Command } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { withDownloadBar } from './download-bar.js';

/** `auscult models pull`: fetches models before they are first used. */
export function pullModelsCommand(): Command {
  const command = new Command('pull')
    .description('Fetch models and verify them. Those that are installed already are only verified.')
    .argument('[model...]', 'names, or repositories as owner/name (default: the model that is set)')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['model', 'computeType', 'modelDirectory', 'offline']).action(
    async (models: string[], options: Record<string, unknown>) => {
      const config = configFrom(options);
      const asJson = options['json'] === true;
      const pulled = [];
      for (const model of models.length > 0 ? models : [config.model]) {
        const { name, computeType, folder, languages } = await withDownloadBar(process.stderr, (onProgress) =>
          resolveModel(model, { computeType: config.computeType, store: modelStore(config, onProgress) }),
        );
        pulled.push({ name, computeType, languages, folder });
        if (!asJson) process.stdout.write(`${name} (${computeType}) is in ${folder}\n`);
      }
      if (asJson) process.stdout.write(`${JSON.stringify(pulled, null, 2)}\n`);
    },
  );
}

const EXAMPLES = `
Examples:
  auscult models pull                                     the model that is set
  auscult models pull whisper-small whisper-medium.en
  auscult models pull large-v3-turbo --compute-type float16
  HF_ENDPOINT=https://hub.example auscult models pull whisper-tiny

A download that was broken off goes on where it was. HF_TOKEN, HTTPS_PROXY, HTTP_PROXY, NO_PROXY,
NODE_EXTRA_CA_CERTS and SSL_CERT_FILE are honoured.

Exit status: 0 if all models are here and whole, 1 if one is not, 2 if the command line is wrong.`;
