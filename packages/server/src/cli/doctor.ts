import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import type { Config } from '../config/schema.js';
import type { CheckResult, NamedResult } from './doctor-checks/check.js';
import { checkRunning, type Probe } from './doctor-checks/running-server.js';
import { addSettingOptions, configFrom } from './setting-options.js';

/**
 * `auscult doctor`: whether this machine can run the server, and what to do where it cannot; or, with `--live` or
 * `--ready`, how the server that runs here is.
 */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Check this machine, the model and a real transcription, and say what to do.')
    .option('--json', 'print JSON')
    .addOption(
      new Option('--live', 'only ask the server that runs here whether it is live').conflicts('ready'),
    )
    .option('--ready', 'only ask the server that runs here whether it accepts sessions')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command).action(async (options: Record<string, unknown>) => {
    const config = configFrom(options);
    const results = resultsFor(config, options);
    process.exitCode = await (options['json'] === true ? printJson(results) : printLines(results));
  });
}

const EXAMPLES = `
Examples:
  auscult doctor
  auscult doctor --port 8123 --model moonshine-tiny
  auscult doctor --json
  auscult doctor --live             for the health check of a container: asks the server on this machine

Exit status: 0 if the server will work, or is live or ready; 1 if something has to be done first.`;

async function* resultsFor(
  config: Config,
  { live, ready }: Readonly<Record<string, unknown>>,
): AsyncGenerator<NamedResult, void> {
  const probe: Probe | undefined = live === true ? 'live' : ready === true ? 'ready' : undefined;
  if (probe !== undefined) {
    yield { name: probe, ...(await checkRunning(config, probe)) };
    return;
  }
  // A server is asked every few seconds, and what the other checks need takes long to load.
  const { examine } = await import('./doctor-checks/examine.js');
  yield* examine(config);
}

async function printJson(results: AsyncIterable<NamedResult>): Promise<number> {
  const checks: NamedResult[] = [];
  for await (const result of results) checks.push(result);
  const ok = checks.every(({ state }) => state !== 'failed');
  process.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
  return ok ? 0 : 1;
}

async function printLines(results: AsyncIterable<NamedResult>): Promise<number> {
  let ok = true;
  for await (const result of results) {
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
