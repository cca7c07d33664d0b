import { listModels, type ListedModel } from '@auscult/asr';
import { Command } from 'commander';
import { modelStore } from '../../recognizer-options.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { megabytes } from './megabytes.js';

/** `auscult models list`: one line per model. */
export function listModelsCommand(): Command {
  const command = new Command('list')
    .description('List all models with what they cost, and whether they are installed.')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['modelDirectory']).action(async (options: Record<string, unknown>) => {
    const list = await listModels(modelStore(configFrom(options)));
    printResult(options, list, () => table(list.map(row)) + NOTES);
  });
}

const EXAMPLES = `
Examples:
  auscult models list
  auscult models list --json
  auscult serve --model moonshine-tiny    use another than the default`;

const NOTES = `
All figures are for int8. MEMORY is that of one inference process, SPEED how many times faster than real time one
core is; ~ marks what was estimated from the size of the network and not measured.
`;

const COLUMNS = ['NAME', 'LANGUAGES', 'DOWNLOAD', 'MEMORY', 'SPEED', 'INSTALLED', 'LICENCE', ''] as const;

function row({ name, languages, figures, installed, license, ...model }: ListedModel): string[] {
  return [
    name,
    languagesText(languages),
    figures === undefined ? '' : figures.downloadBytes === 0 ? 'none' : megabytes(figures.downloadBytes),
    figures === undefined ? '' : `${mark(figures.memory)}${megabytes(figures.memory.bytes)}`,
    figures === undefined ? '' : `${mark(figures.speed)}${figures.speed.timesRealTime}×`,
    installed.length === 0 ? 'no' : installed.join(' '),
    license ?? '',
    model.default ? 'default' : '',
  ];
}

function languagesText(languages: readonly string[]): string {
  return languages.length > 3 ? `${languages.length} languages` : languages.join(' ');
}

function mark({ measured }: { readonly measured: boolean }): string {
  return measured ? '' : '~';
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
