import { startRecognizer } from '@auscult/asr';
import { Command } from 'commander';
import { runServer } from '../main.js';
import { addSettingOptions, configFrom } from './setting-options.js';

/** `auscult serve`: runs the server until it is told to stop. Every setting is a flag. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Transcribe live speech over a WebSocket, until SIGTERM or Ctrl+C.')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command).action(async (options: Record<string, unknown>) => {
    process.exit(await runServer(configFrom(options), startRecognizer));
  });
}

const EXAMPLES = `
Examples:
  auscult serve                        on http://127.0.0.1:8000
  auscult serve --port 8123            on another port
  AUSCULT_PORT=8123 auscult serve      the same, from the environment
  auscult serve --workers 1 --log-format json`;
