import { Option, type Command } from 'commander';
import { transcribeWithLibrary, type LibraryOptions } from '../benchmarks/library-accuracy.js';
import { transcribeLive } from '../benchmarks/live-accuracy.js';
import { decodeClips, readClip } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import type { GeneratorUse } from '../load/sessions.js';
import { scoreTable } from '../report/score-table.js';
import { generatorLine } from '../report/use-lines.js';
import { writeHypotheses, type Hypotheses } from '../score/hypotheses.js';
import { scoreClips, type Scorecard } from '../score/scorecard.js';
import { addClipOptions, chosenClips, positiveNumber, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addServerOptions, sessionOptions, withServer, type ServerFlags } from './run-options.js';

interface AccuracyFlags extends ClipFlags, ServerFlags {
  readonly live?: true;
  readonly whole?: true;
  readonly hearings?: number;
  readonly streams: number;
  readonly concurrency?: number;
  readonly endpointing?: number;
  readonly maxUtterance?: number;
  readonly context?: number;
  readonly hypotheses?: string;
}

/**
 * `library`: faster than real time, without a server; `whole`: the same with the settings for whole
 * recordings; `live`: through the socket in real time.
 */
type Way = 'library' | 'whole' | 'live';

/** Errors, and what the recognition cost. */
interface AccuracyResults {
  readonly way: Way;
  readonly score: Scorecard;
  readonly audioSeconds: number;
  /** Excludes the start of the processes. */
  readonly wallSeconds: number;
  /** Present for `live`. */
  readonly generator?: GeneratorUse | undefined;
}

/** `accuracy`: how many words come out wrong. */
export function addAccuracyCommand(program: Command): void {
  const command = program
    .command('accuracy')
    .description('Word error rate by kind, invented words in noise, terms found.');
  addAccuracyOptions(
    command,
    '\nExamples:\n  npm run bench -- accuracy --kind medical,read\n  npm run bench -- accuracy --live --streams 8' +
      '\n  npm run bench -- accuracy --whole --kind medical --model ../shared/models/whisper-tiny.en' +
      '\n  npm run bench -- accuracy --whole --hearings 4 --kind medical',
  ).action((flags: AccuracyFlags) => runAccuracy('accuracy', flags));
}

/** `noise`: words that are recognised although nobody speaks. */
export function addNoiseCommand(program: Command): void {
  const command = program
    .command('noise')
    .description('Words invented where nobody speaks, per hour, and in which clips.');
  addAccuracyOptions(
    command,
    '\nExamples:\n  npm run bench -- noise\n  npm run bench -- noise --live',
  ).action((flags: AccuracyFlags) => runAccuracy('noise', { ...flags, kind: flags.kind ?? ['noise'] }));
}

function addAccuracyOptions(command: Command, examples: string): Command {
  return addServerOptions(addClipOptions(command))
    .option(
      '--concurrency <clips>',
      'clips transcribed at the same time; the default is two a process',
      wholeNumber,
    )
    .option('--endpointing <milliseconds>', 'silence that ends an utterance (library)', positiveNumber)
    .option('--max-utterance <seconds>', 'longest utterance (library)', positiveNumber)
    .option('--context <seconds>', 'earlier audio heard again; 0 for none (library)', Number)
    .addOption(
      new Option(
        '--whole',
        'recordings as a whole, as `auscult transcribe` and the second pass of the server hear them (library)',
      ).conflicts('live'),
    )
    .option('--hearings <count>', 'with --whole: how often each recording is heard', wholeNumber)
    .option('--live', 'through a server and its socket in real time')
    .option('--streams <count>', 'with --live: clips sent at the same time', wholeNumber, LIVE_STREAMS)
    .option('--hypotheses <file>', 'also write what was recognised: {"id": …, "text": …} a line')
    .addHelpText('after', examples);
}

/** A load that two cores serve easily, so that accuracy is not measured under overload. */
const LIVE_STREAMS = 8;

async function runAccuracy(benchmark: string, flags: AccuracyFlags): Promise<void> {
  const clips = chosenClips(flags);
  await conduct<AccuracyResults>({
    benchmark,
    json: flags.json,
    measure: async () => {
      const { model, hypotheses, wallSeconds, generator } = await transcribe(clips, flags);
      if (flags.hypotheses !== undefined) writeHypotheses(flags.hypotheses, hypotheses);
      const audioSeconds = clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
      return {
        model,
        results: {
          way: wayOf(flags),
          score: scoreClips(clips, hypotheses),
          audioSeconds,
          wallSeconds,
          generator,
        },
      };
    },
    show,
  });
}

function wayOf({ live, whole }: AccuracyFlags): Way {
  if (live === true) return 'live';
  return whole === true ? 'whole' : 'library';
}

interface Transcripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  readonly wallSeconds: number;
  readonly generator?: GeneratorUse;
}

async function transcribe(clips: readonly Clip[], flags: AccuracyFlags): Promise<Transcripts> {
  const onDone = showProgress(clips.length, 'clips');
  if (flags.live === true) {
    const decoded = await decodeClips(clips);
    return withServer(flags, ({ url }) =>
      transcribeLive(decoded, sessionOptions(url, flags), flags.streams, onDone),
    );
  }
  const recitations = clips.map((clip) => ({ id: clip.id, chunks: () => readClip(clip) }));
  return transcribeWithLibrary(recitations, libraryOptions(flags), onDone);
}

function libraryOptions(flags: AccuracyFlags): LibraryOptions {
  return {
    model: flags.model,
    workers: flags.workers,
    concurrency: flags.concurrency,
    whole: flags.whole,
    hearings: flags.hearings,
    endpointingMs: flags.endpointing,
    maxUtteranceSeconds: flags.maxUtterance,
    contextSeconds: flags.context,
  };
}

function show({ way, score, audioSeconds, wallSeconds, generator }: AccuracyResults): string {
  const time = `${way}: ${(audioSeconds / 60).toFixed(1)} min of audio in ${wallSeconds.toFixed(0)} s`;
  return [
    scoreTable(score),
    way === 'live' ? time : `${time}, ${(audioSeconds / wallSeconds).toFixed(1)} times real time`,
    ...(generator === undefined ? [] : [generatorLine(generator)]),
  ].join('\n');
}
