import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { measureVoiceCommands, type VoiceCommandResults } from '../benchmarks/voice-commands.js';
import { readManifest, sharedManifest } from '../clips/manifest.js';
import { VOICES } from '../dictation/voices.js';
import { percent, table } from '../report/table.js';
import { COMMAND_SET } from '../voice-commands/command-set.js';
import { addClipOptions, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface VoiceCommandFlags extends ClipFlags, WorkerFlags {
  readonly dictation: string;
  readonly asTerms?: boolean;
}

/** `commands`: sentences that are taken for commands, and commands that are not recognised. */
export function addVoiceCommandsCommand(program: Command): void {
  const command = program
    .command('commands')
    .description(
      'False triggers of twelve voice commands in ordinary speech, per hour, and how many commands are recognised.',
    );
  addWorkerOptions(addClipOptions(command))
    .option(
      '--dictation <path>',
      'more clips: the manifest of dictation, if it is there',
      sharedManifest('dictation'),
    )
    .option('--as-terms', 'tell the decoder the commands as key terms, which the server does not do')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- commands\n  npm run bench -- commands --kind read --limit 20',
    )
    .action(async (flags: VoiceCommandFlags) => {
      const dictated = existsSync(flags.dictation)
        ? readManifest(flags.dictation, { limit: flags.limit }).map((clip) => ({
            ...clip,
            kind: 'doctors’ notes',
          }))
        : [];
      const clips = [...speechClips(flags), ...dictated];
      const voices = VOICES.filter(({ engine }) => engine === 'flite');
      const onDone = showProgress(clips.length + 2 * voices.length, 'clips');
      await conduct<VoiceCommandResults>({
        benchmark: 'commands',
        json: flags.json,
        measure: () => measureVoiceCommands(clips, voices, flags, onDone),
        show,
      });
    });
}

function show({ ordinary, given }: VoiceCommandResults): string {
  const kinds = Object.entries(ordinary);
  const hours = kinds.reduce((sum, [, each]) => sum + each.hours, 0);
  const triggers = kinds.flatMap(([, each]) => each.triggers);
  const spoken = Object.entries(given);
  return [
    table(
      ['ordinary speech', 'min', 'finals', 'false triggers'],
      kinds.map(([kind, each]) => [
        kind,
        (each.hours * 60).toFixed(1),
        String(each.finals),
        String(each.triggers.length),
      ]),
    ),
    `${(triggers.length / hours).toFixed(2)} false triggers an hour, of ${String(COMMAND_SET.length)} commands`,
    ...triggers.map(({ clip, phrase }) => `  ${clip}: ${phrase}`),
    '',
    table(
      ['commands between pauses', 'given', 'right', 'another', 'text'],
      spoken.map(([voice, each]) => [
        voice,
        String(each.given),
        percent(each.right / each.given),
        String(each.others.length),
        String(each.missed.length),
      ]),
    ),
    ...spoken.flatMap(([voice, { others, missed }]) =>
      [...others, ...missed].map((one) => `  ${voice}: ${one}`),
    ),
  ].join('\n');
}
