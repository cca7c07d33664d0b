import type { Command } from 'commander';
import { scoreTable } from '../report/score-table.js';
import { readHypotheses } from '../score/hypotheses.js';
import { scoreClips } from '../score/scorecard.js';
import { addClipOptions, chosenClips, type ClipFlags } from './clip-options.js';

interface ScoreFlags extends ClipFlags {
  readonly hypotheses: string;
  readonly worst?: number;
  readonly json?: string;
}

/** `score`: scores existing transcripts. */
export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('Score existing transcripts.')
    .requiredOption('--hypotheses <file>', 'what was recognised: {"id": …, "text": …} a line');
  addClipOptions(command)
    .option('--worst <clips>', 'also list the clips with the most errors', Number)
    .addHelpText(
      'after',
      '\nExample:\n  npm run bench -- score --kind medical --hypotheses hypotheses.jsonl --worst 5',
    )
    .action((flags: ScoreFlags) => {
      const score = scoreClips(chosenClips(flags), readHypotheses(flags.hypotheses));
      console.log(scoreTable(score));
      if (flags.worst !== undefined) console.log(worstClips(score.clips, flags.worst));
    });
}

function worstClips(clips: ReturnType<typeof scoreClips>['clips'], count: number): string {
  const errors = (clip: (typeof clips)[number]) => clip.substitutions + clip.deletions + clip.insertions;
  return [...clips]
    .sort((a, b) => errors(b) - errors(a))
    .slice(0, count)
    .map((clip) => `  ${clip.id}: ${String(errors(clip))} errors in ${String(clip.words)} words`)
    .join('\n');
}
