import { Command, Option } from 'commander';
import { FILE_VARIABLE, loadConfig, type ConfigSources } from '../config/load-config.js';
import { settings, type Setting } from '../config/settings.js';
import { runServer } from '../main.js';
import { startRecognizer } from '../start-recognizer.js';
import { failureLine } from './failure-line.js';

/** `auscult serve`: runs the server until it is told to stop. Every setting is a flag. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Transcribe live speech over a WebSocket, until SIGTERM or Ctrl+C.')
    .addOption(new Option('--config <path>', `JSON file with settings (environment: ${FILE_VARIABLE})`));
  for (const setting of settings) command.addOption(settingOption(setting));
  return command.action(async (options: Record<string, string | true | undefined>) => {
    const { config: file, ...flags } = options;
    await serve({ flags, environment: process.env, file: typeof file === 'string' ? file : undefined });
  });
}

function settingOption({ flag, kind, description, unit, defaultText, variable }: Setting): Option {
  const placeholder = kind === 'boolean' ? '[true|false]' : `<${kind}>`;
  const notes = [unit, `default: ${defaultText.replaceAll('`', '')}`, variable].filter(Boolean).join('; ');
  return new Option(`${flag} ${placeholder}`, `${description.replaceAll('`', '')} (${notes})`);
}

async function serve(sources: ConfigSources): Promise<void> {
  try {
    process.exit(await runServer(loadConfig(sources), startRecognizer));
  } catch (error) {
    process.stderr.write(`auscult: ${failureLine(error)}\n`);
    process.exit(1);
  }
}
