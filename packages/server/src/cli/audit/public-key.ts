import { Command } from 'commander';
import { auditKeys } from '../../audit/audit-keys.js';
import { loadMasterKeys } from '../../records/master-keys.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult audit public-key`: prints the keys that verify anchors. */
export function publicKeyCommand(): Command {
  const command = new Command('public-key')
    .description('Print the public keys that verify anchors, the current one first, as PEM.')
    .option('--json', 'print JSON, with the ids that anchors name')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['dataDirectory', 'masterKeyFile', 'masterKeyCommand']).action(
    async (options: Record<string, unknown>) => {
      const keys = auditKeys(await loadMasterKeys(configFrom(options)))
        .publicKeys()
        .map(({ id, key }) => ({ id, pem: key.export({ format: 'pem', type: 'spki' }).toString() }));
      printResult(options, keys, () => keys.map(({ pem }) => pem).join(''));
    },
  );
}

const EXAMPLES = `
Examples:
  auscult audit public-key > auscult-audit.pem
  auscult audit verify --public-key auscult-audit.pem

They follow from the master keys: print them again after a rotation, and keep those that were printed before.

Exit status: 0 for success, 2 if the master key is not there or the command line is wrong.`;
