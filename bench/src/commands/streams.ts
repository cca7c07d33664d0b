import type { Command } from 'commander';
import { findHighest } from '../benchmarks/find-streams.js';
import {
  HELD_FINAL_P95_SECONDS,
  isHeld,
  measureStreams,
  type StreamsResults,
} from '../benchmarks/streams.js';
import { decodeClips } from '../clips/decode-clip.js';
import type { DecodedClip } from '../clips/sound.js';
import { transcribeWithLibrary } from '../benchmarks/library-accuracy.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { readTrack, type Track } from '../load/track.js';
import { scoreTracks } from '../measure/stream-score.js';
import { delayTable } from '../report/delay-table.js';
import { counts, percent } from '../report/table.js';
import { generatorLine, serverLines } from '../report/use-lines.js';
import type { KindScore } from '../score/scorecard.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, sessionOptions, withServer, type ServerFlags } from './run-options.js';

interface StreamsFlags extends ClipFlags, ServerFlags {
  readonly streams: number;
  readonly seconds: number;
  readonly find?: true;
  readonly alone?: true;
  readonly stopTogether?: true;
  readonly partials: boolean;
}

/** `streams`: how many people can speak at the same time. */
export function addStreamsCommand(program: Command): void {
  const command = program
    .command('streams')
    .description('Several streams of continuous speech in real time.');
  addClipOptions(command, { maxClip: 60 });
  addServerOptions(command)
    .option(
      '--streams <count>',
      'streams at the same time; with --find, the number tried first',
      wholeNumber,
      16,
    )
    .option('--seconds <seconds>', 'least length of a stream', positiveNumber, 180)
    .option(
      '--find',
      `search for the most streams with a final p95 of at most ${String(HELD_FINAL_P95_SECONDS)} s`,
    )
    .option('--alone', 'also transcribe the same audio through the library, to compare errors')
    .option('--no-partials', 'ask for finals only')
    .option('--stop-together', 'all streams stop at the same moment, each with its last word')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- streams --streams 16\n  npm run bench -- streams --find --streams 8 --seconds 60' +
        '\n  npm run bench -- streams --streams 24 --seconds 60 --stop-together',
    )
    .action(async (flags: StreamsFlags) => {
      const clips = await decodeClips(speechClips(flags));
      if (flags.find) await find(clips, flags);
      else await measure(clips, flags.streams, flags, flags.json);
    });
}

function measure(
  clips: readonly DecodedClip[],
  count: number,
  flags: StreamsFlags,
  json?: string,
): Promise<StreamsResults> {
  const tracks = continuousTracks(clips, count, flags.seconds);
  return conduct({
    benchmark: 'streams',
    json,
    measure: async () => {
      const { model, results } = await withServer(flags, (target) =>
        measureStreams(
          target,
          tracks,
          sessionOptions(target.url, flags),
          flags.stopTogether === true ? 'together' : 'apart',
        ),
      );
      if (flags.alone !== true) return { model, results };
      return { model, results: { ...results, scoreAlone: await scoreAlone(tracks, flags) } };
    },
    show,
  });
}

async function scoreAlone(tracks: readonly Track[], flags: StreamsFlags): Promise<KindScore | undefined> {
  const recitations = tracks.map((track, index) => ({ id: String(index), chunks: () => readTrack(track) }));
  const { hypotheses } = await transcribeWithLibrary(recitations, {
    model: flags.model,
    workers: flags.workers,
  });
  return scoreTracks(tracks.map((track, index) => ({ track, text: hypotheses.get(String(index)) ?? '' })));
}

async function find(clips: readonly DecodedClip[], flags: StreamsFlags): Promise<void> {
  const highest = await findHighest(flags.streams, MOST_STREAMS, async (count) => {
    const held = isHeld(await measure(clips, count, flags));
    console.log(`\n${String(count)} streams: ${held ? 'held' : 'not held'}\n`);
    return held;
  });
  console.log(`Most streams held: ${String(highest)}`);
}

const MOST_STREAMS = 128;

function show(results: StreamsResults): string {
  const { score, scoreAlone, coreSecondsPerAudioSecond: load } = results;
  return [
    `${String(results.streams)} streams, ${(results.audioSeconds / 60).toFixed(1)} min of audio, ` +
      `${String(results.finals)} finals, ${results.partialsPerStreamSecond.toFixed(2)} partials a second and stream`,
    delayTable([
      ['end of final → final', results.finalFromEnd],
      ['last voiced sample of final → final', results.finalFromVoice],
      ['  where a pause follows', results.finalAfterPause],
      ['end of stream → its last final', results.lastFinal],
    ]),
    `WER ${wer(score)}${scoreAlone === undefined ? '' : `; the same audio alone, through the library: ${wer(scoreAlone)}`}`,
    `sessions: ${counts(results.outcomes)}; errors: ${counts(results.errors)}`,
    ...(load === undefined ? [] : [`${load.toFixed(3)} core-seconds for a second of audio`]),
    ...serverLines(results.server),
    generatorLine(results.generator),
  ].join('\n');
}

function wer(score: KindScore | undefined): string {
  return score === undefined ? '–' : `${percent(score.wer)} of ${String(score.words)} words`;
}
