import { listModels } from '@auscult/asr';
import { Command } from 'commander';

/** `auscult models`: what there is to recognise speech with. */
export function modelsCommand(): Command {
  const models = new Command('models')
    .description('Show the models that can be used.')
    .addHelpText('after', EXAMPLES);
  models
    .command('list')
    .description('List all models with their languages, size, licence, and whether they are here.')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const list = await listModels();
      process.stdout.write(json === true ? `${JSON.stringify(list, null, 2)}\n` : table(list.map(row)));
    });
  return models;
}

type ModelEntry = Awaited<ReturnType<typeof listModels>>[number];

const EXAMPLES = `
Examples:
  auscult models list
  auscult models list --json
  auscult serve --model moonshine-tiny    use another than the default`;

const COLUMNS = ['NAME', 'FAMILY', 'LANGUAGES', 'SIZE', 'LICENCE', 'INSTALLED', ''] as const;

function row(model: ModelEntry): string[] {
  return [
    model.name,
    model.family,
    model.languages.join(' '),
    `${Math.round(model.bytes / 1e6)} MB`,
    model.license,
    model.installed ? 'yes' : 'no',
    model.default ? 'default' : '',
  ];
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
