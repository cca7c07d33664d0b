import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import { ACCESS_SETTINGS, withAccess } from '../access/open-access.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { ownerNames } from './owner-names.js';

/** `auscult voices delete`: destroys somebody's voice. */
export function deleteVoiceCommand(): Command {
  const command = new Command('delete')
    .description('Delete the voice of somebody for good. Sessions that are open may use it until they end.')
    .argument(
      '<who>',
      'the name of a user, or the subject as `auscult voices list` prints it, such as `token:42`',
    )
    .option('--tenant <name>', 'the tenant, where the subject is in several')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ACCESS_SETTINGS).action(
    async (who: string, options: Record<string, unknown>) => {
      const { tenant } = options;
      const deleted = await withAccess(configFrom(options), async (access) => {
        const nameOf = await ownerNames(access);
        const voices = await access.voices.list(typeof tenant === 'string' ? tenant : undefined);
        const wanted = voices.filter((voice) => voice.subject === who || nameOf(voice) === who);
        const [voice, another] = wanted;
        if (voice === undefined)
          throw new ConfigError('no such voice is enrolled.', 'See `auscult voices list`.');
        if (another !== undefined)
          throw new ConfigError('several voices are meant.', 'Give the subject, and --tenant if needed.');
        await access.voices.destroy(voice, access.by);
        return { subject: voice.subject, tenant: voice.tenant };
      });
      printResult(options, deleted, () => `the voice of ${who} is deleted\n`);
    },
  );
}

const EXAMPLES = `
Examples:
  auscult voices delete dr.who
  auscult voices delete token:42 --tenant north

Exit status: 0 if it is deleted, 1 if the database cannot be used, 2 if there is no such voice.`;
