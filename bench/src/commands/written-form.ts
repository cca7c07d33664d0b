import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readManifest, sharedManifest } from '../clips/manifest.js';
import { numberShare } from '../report/number-share.js';
import { table } from '../report/table.js';
import { readHypotheses } from '../score/hypotheses.js';
import { writtenFormScore, type NumberScore } from '../score/number-score.js';

interface WrittenFormFlags {
  readonly manifest: string;
  readonly hypotheses?: string;
}

/** `written-form`: how many numbers in dictation are written as a person would write them. */
export function addWrittenFormCommand(program: Command): void {
  program
    .command('written-form')
    .description(
      'Numbers in dictation whose written form is right, made from what was said or from what was heard.',
    )
    .option('--manifest <path>', 'the clips, one JSON object a line', sharedManifest('dictation'))
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
      const clips = readManifest(manifest);
      const said = new Map(clips.map(({ id, text }) => [id, text]));
      const scores = [{ from: 'what was said', score: writtenFormScore(clips, said) }];
      if (hypotheses !== undefined)
        scores.push({
          from: 'what was heard',
          score: writtenFormScore(clips, readHypotheses(hypotheses)),
        });
      console.log(show(scores));
    });
}

function show(scores: readonly { readonly from: string; readonly score: NumberScore }[]): string {
  return [
    table(
      ['numbers right, from', 'with a unit', 'alone', 'all'],
      scores.map(({ from, score: { withUnit, alone } }) => [
        from,
        numberShare(withUnit),
        numberShare(alone),
        numberShare({ numbers: withUnit.numbers + alone.numbers, right: withUnit.right + alone.right }),
      ]),
    ),
    ...scores.flatMap(({ from, score: { wrong } }) =>
      wrong.map(({ id, expected }) => `  ${id}: ${expected} (${from})`),
    ),
  ].join('\n');
}
