import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { readManifest } from '../clips/manifest.js';
import { percent, table } from '../report/table.js';
import { readHypotheses } from '../score/hypotheses.js';
import {
  readWrittenNumbers,
  scoreNumbers,
  type NumberScore,
  type NumberShare,
} from '../score/number-score.js';
import { inWrittenForm } from '../score/in-written-form.js';

interface WrittenFormFlags {
  readonly manifest: string;
  readonly hypotheses?: string;
}

/** `written-form`: how many numbers of dictation are written as by hand. */
export function addWrittenFormCommand(program: Command): void {
  program
    .command('written-form')
    .description(
      'Numbers of dictation that are right in written form, from what was said or from what was heard.',
    )
    .option('--manifest <path>', 'the clips, one JSON object a line', dictationManifest())
    .option('--hypotheses <file>', 'also score what was recognised: {"id": …, "text": …} a line')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- written-form' +
        '\n  npm run bench -- accuracy --manifest ../shared/dictation/manifest.jsonl --hypotheses heard.jsonl' +
        '\n  npm run bench -- written-form --hypotheses heard.jsonl',
    )
    .action(({ manifest, hypotheses }: WrittenFormFlags) => {
      if (!existsSync(manifest))
        throw new Error(`${manifest} is not there. Name the manifest of the dictated clips with --manifest.`);
      const said = new Map(readManifest(manifest).map(({ id, text }) => [id, text]));
      const scores = [{ from: 'what was said', score: score(said) }];
      if (hypotheses !== undefined)
        scores.push({ from: 'what was heard', score: score(readHypotheses(hypotheses)) });
      console.log(show(scores));
    });
}

/** `../shared/dictation/manifest.jsonl` beside the repository. */
export function dictationManifest(): string {
  const repository = fileURLToPath(new URL('../../../', import.meta.url));
  return resolve(process.env.AUSCULT_SHARED ?? resolve(repository, '../shared'), 'dictation/manifest.jsonl');
}

function score(texts: ReadonlyMap<string, string>): NumberScore {
  return scoreNumbers(readWrittenNumbers(), (id) => {
    const text = texts.get(id);
    return text === undefined ? undefined : inWrittenForm(text);
  });
}

function show(scores: readonly { readonly from: string; readonly score: NumberScore }[]): string {
  return [
    table(
      ['numbers right, from', 'with a unit', 'alone', 'all'],
      scores.map(({ from, score: { withUnit, alone } }) => [
        from,
        share(withUnit),
        share(alone),
        share({ numbers: withUnit.numbers + alone.numbers, right: withUnit.right + alone.right }),
      ]),
    ),
    ...scores.flatMap(({ from, score: { wrong } }) =>
      wrong.map(({ id, expected }) => `  ${id}: ${expected} (${from})`),
    ),
  ].join('\n');
}

function share({ numbers, right }: NumberShare): string {
  return numbers === 0 ? '–' : `${percent(right / numbers)} of ${String(numbers)}`;
}
