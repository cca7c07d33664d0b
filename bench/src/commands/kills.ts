import type { Command } from 'commander';
import { measureKills, type KillResults } from '../benchmarks/kills.js';
import { measureUnsentSpeech, type UnsentSpeechResults } from '../benchmarks/unsent-speech.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import type { Track } from '../load/track.js';
import { seconds, table } from '../report/table.js';
import {
  addClipOptions,
  listOf,
  positiveNumber,
  speechClips,
  wholeNumber,
  type ClipFlags,
} from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addModelOptions, type ModelFlags } from './run-options.js';

interface KillFlags extends ClipFlags, ModelFlags {
  readonly finals: number;
  readonly kills: number;
  readonly streams: number;
  readonly speed: number;
  readonly database?: string;
  readonly serve?: readonly string[];
  readonly original?: boolean;
  readonly seconds: number;
}

/** Speech of each stream before it repeats, seconds. */
const TRACK_SECONDS = 120;

/** `kills`: whether a final that a client saw is ever missing from the record. */
export function addKillsCommand(program: Command): void {
  const command = program
    .command('kills')
    .description('Kill the server again and again while finals arrive, and look for them in the record.');
  addClipOptions(command, { maxClip: 8 });
  addModelOptions(command)
    .option('--finals <count>', 'least number of finals that clients see', wholeNumber, 1000)
    .option('--kills <count>', 'how often the server is killed', wholeNumber, 40)
    .option('--streams <count>', 'streams at the same time', wholeNumber, 8)
    .option('--speed <times>', 'how many times faster than real time audio is sent', positiveNumber, 8)
    .option('--database <url>', 'an empty PostgreSQL database (default: the embedded one)')
    .option('--original', 'let clients of the original protocol speak, which can send nothing again')
    .option('--seconds <seconds>', 'speech before each kill with --original, at least', positiveNumber, 6)
    .option('--serve <flags>', 'more flags for the server, separated by commas', listOf)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- kills --finals 1000 --kills 40\n  npm run bench -- kills --original --kills 50',
    )
    .action(async (flags: KillFlags) => {
      const clips = await decodeClips(speechClips(flags));
      const tracks = continuousTracks(clips, flags.streams, TRACK_SECONDS);
      const model = flags.model === undefined ? [] : ['--model', flags.model];
      const serve = [...model, ...(flags.serve ?? [])];
      if (flags.original === true) {
        await conductOriginal(flags, tracks, serve);
        return;
      }
      await conduct({
        benchmark: 'kills',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'of the server',
          results: await measureKills(
            tracks,
            {
              finals: flags.finals,
              kills: flags.kills,
              speed: flags.speed,
              database: flags.database,
              serve,
            },
            showProgress(flags.kills, 'kills'),
          ),
        }),
        show,
      });
    });
}

async function conductOriginal(
  flags: KillFlags,
  tracks: readonly Track[],
  serve: readonly string[],
): Promise<void> {
  const { kills, seconds: least } = flags;
  await conduct({
    benchmark: 'kills-original',
    json: flags.json,
    measure: async () => ({
      model: flags.model ?? 'of the server',
      results: await measureUnsentSpeech(
        tracks,
        { kills, seconds: least, serve },
        showProgress(kills, 'kills'),
      ),
    }),
    show: showUnsentSpeech,
  });
}

function showUnsentSpeech(results: UnsentSpeechResults): string {
  const { words, missing, different, incomplete, completed } = results;
  return [
    `killed ${String(results.kills)} times in ${seconds(results.wallSeconds)}, ${String(results.streams)} streams of ` +
      `the original protocol, ${String(results.sessions)} sessions, ${String(incomplete)} of them not complete`,
    table(
      ['words', 'said', 'missing', 'as another word', 'complete after (median)', '(most)'],
      [['', ...[words, missing, different].map(String), seconds(completed?.p50), seconds(completed?.max)]],
    ),
  ].join('\n\n');
}

function show(results: KillResults): string {
  const { seen, missing, different, unseen, auditEntries, auditProblems } = results;
  return [
    `${results.database} database: killed ${String(results.kills)} times in ${seconds(results.wallSeconds)}, ` +
      `${String(results.streams)} streams, ${String(results.sessions)} sessions, ${String(results.leftOpen)} left open; ` +
      `ready again after ${seconds(results.starts?.p50)} (median)`,
    table(
      [
        'finals',
        'seen',
        'missing',
        'with other text',
        'recorded, not seen',
        'audit entries',
        'audit problems',
      ],
      [['', ...[seen, missing, different, unseen, auditEntries, auditProblems].map(String)]],
    ),
  ].join('\n\n');
}
