import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Command } from 'commander';
import { exportLine } from '../../audit/export-lines.js';
import { readEntries } from '../../audit/stored-chain.js';
import { commandLineActor, withAudit } from '../open-offline-storage.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { AUDIT_SETTINGS } from '../storage-settings.js';

/** `auscult audit export`: writes out the chain, one entry a line. */
export function exportAuditCommand(): Command {
  const command = new Command('export')
    .description('Write every entry as a line of JSON, with the hash that chains it.')
    .argument('[file]', 'the file to write (default: standard output)')
    .option('--json', 'print what was written as JSON, if a file is named')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, AUDIT_SETTINGS).action(
    async (file: string | undefined, options: Record<string, unknown>) => {
      await withAudit(configFrom(options), async (database, audit) => {
        const output =
          file === undefined ? process.stdout : createWriteStream(file, { flags: 'wx', mode: 0o600 });
        await audit.append({
          action: 'audit.export',
          outcome: 'success',
          ...commandLineActor(),
          what: undefined,
        });
        let entries = 0;
        await database.snapshot(async (reading) => {
          for await (const entry of readEntries(reading)) {
            entries += 1;
            if (!output.write(exportLine(entry))) await once(output, 'drain');
          }
        });
        if (file === undefined) return;
        output.end();
        await once(output, 'close');
        printResult(options, { file, entries }, () => `${entries} entries in ${file}\n`);
      });
    },
  );
}

const EXAMPLES = `
Examples:
  auscult audit export > audit.jsonl
  auscult audit export audit.jsonl --json

The last of the entries tells of the export itself.

Exit status: 0 for success, 1 if the file is there already or cannot be written, 2 if the command line is wrong.`;
