import { Command } from 'commander';
import type { EnrolledVoice } from '../../access/enrolled-voices.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { ownerNames } from './owner-names.js';

/** `auscult voices list`: whose voices are enrolled. */
export function listVoicesCommand(): Command {
  const command = new Command('list')
    .description(
      'List whose voices are enrolled, since when and by which consent. The voices themselves are not shown.',
    )
    .option('--tenant <name>', 'only those of one tenant')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(async (options: Record<string, unknown>) => {
    const tenant = typeof options['tenant'] === 'string' ? options['tenant'] : undefined;
    const voices = await withAccess(configFrom(options), async (access) => {
      const nameOf = await ownerNames(access);
      const enrolled = await access.voices.list(tenant);
      return enrolled.map((voice) => ({ name: nameOf(voice), ...voice }));
    });
    printResult(options, voices, () => voices.map(lineOf).join(''));
  });
}

function lineOf({
  name,
  subject,
  tenant,
  enrolledAt,
  consent,
  encoder,
}: EnrolledVoice & { readonly name: string | undefined }): string {
  return `${[name ?? '-', subject, tenant, enrolledAt, `consent ${consent}`, encoder].join('  ')}\n`;
}

const EXAMPLES = `
Examples:
  auscult voices list
  auscult voices list --tenant north --json

Exit status: 0 for success, 1 if the database cannot be used, 2 if the command line is wrong.`;
