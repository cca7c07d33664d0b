import { styleText } from 'node:util';
import { Command } from 'commander';
import type { Config } from '../config/schema.js';
import type { CheckResult } from './doctor-checks/check.js';
import { checkJournal } from './doctor-checks/journal.js';
import { checkCores, checkMemory, checkNode } from './doctor-checks/machine.js';
import { checkModel, checkTranscription } from './doctor-checks/recognition.js';
import { checkCache, checkPort } from './doctor-checks/surroundings.js';
import { addSettingOptions, configFrom } from './setting-options.js';

/** `auscult doctor`: whether this machine can run the server, and what to do where it cannot. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Check this machine, the model and a real transcription, and say what to do.')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command).action(async (options: Record<string, unknown>) => {
    const config = configFrom(options);
    process.exitCode = await (options['json'] === true ? printJson(config) : printLines(config));
  });
}

const EXAMPLES = `
Examples:
  auscult doctor
  auscult doctor --port 8123 --model moonshine-tiny
  auscult doctor --json

Exit status: 0 if the server will work, 1 if something has to be done first.`;

type NamedResult = CheckResult & { readonly name: string };

/** One result after the other; later checks build on the earlier ones. */
async function* examine(config: Config): AsyncGenerator<NamedResult, void> {
  yield { name: 'node', ...checkNode() };
  yield { name: 'cores', ...checkCores(config) };
  yield { name: 'memory', ...checkMemory(config) };
  yield { name: 'port', ...(await checkPort(config)) };
  const cache = await checkCache(config);
  yield { name: 'cache', ...cache };
  yield { name: 'journal', ...(await checkJournal(config)) };
  const model = await checkModel(config);
  yield { name: 'model', ...model };
  const possible = cache.state === 'ok' && model.state === 'ok';
  yield { name: 'transcription', ...(possible ? await checkTranscription(config) : NOT_TRIED) };
}

const NOT_TRIED: CheckResult = { state: 'skipped', message: 'not tried, see above' };

async function printJson(config: Config): Promise<number> {
  const checks: NamedResult[] = [];
  for await (const result of examine(config)) checks.push(result);
  const ok = checks.every(({ state }) => state !== 'failed');
  process.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
  return ok ? 0 : 1;
}

async function printLines(config: Config): Promise<number> {
  let ok = true;
  for await (const result of examine(config)) {
    ok &&= result.state !== 'failed';
    process.stdout.write(`${mark(result)} ${result.name.padEnd(13)} ${result.message}\n`);
    if ('remedy' in result) process.stdout.write(`  ${' '.repeat(13)} ${result.remedy}\n`);
  }
  return ok ? 0 : 1;
}

function mark({ state }: CheckResult): string {
  switch (state) {
    case 'ok':
      return coloured('green', '✓');
    case 'warning':
      return coloured('yellow', '!');
    case 'failed':
      return coloured('red', '✗');
    case 'skipped':
      return '-';
  }
}

/** `hasColors` also respects NO_COLOR; a stream that is no terminal does not have it. */
function coloured(colour: 'green' | 'yellow' | 'red', text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors() ? styleText(colour, text) : text;
}
