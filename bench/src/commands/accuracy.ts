import { Option, type Command } from 'commander';
import { transcribeWithLibrary, type LibraryOptions } from '../benchmarks/library-accuracy.js';
import { transcribeLive, type LiveTranscripts } from '../benchmarks/live-accuracy.js';
import { decodeClips, readClip } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import { trackEncodings, type TrackEncoding } from '../load/encoded-track.js';
import { delayTable } from '../report/delay-table.js';
import { scoreTable } from '../report/score-table.js';
import { percent } from '../report/table.js';
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
  readonly besideLibrary?: true;
  readonly encoding?: TrackEncoding;
  readonly partials: boolean;
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
  readonly live?: LiveFigures | undefined;
  /** With `encoding`: the same clips as samples, through the same server. */
  readonly samples?: ComparedWay | undefined;
  /** With `besideLibrary`: the score of the library, with the settings of live speech, on the same clips. */
  readonly library?: Scorecard | undefined;
}

interface ComparedWay {
  readonly score: Scorecard;
  readonly live: LiveFigures;
}

/** `accuracy`: how many words come out wrong. */
export function addAccuracyCommand(program: Command): void {
  const command = program
    .command('accuracy')
    .description('Word error rate by kind, invented words in noise, terms found.');
  addAccuracyOptions(
    command,
    '\nExamples:\n  npm run bench -- accuracy --kind medical,read\n  npm run bench -- accuracy --live --streams 8' +
      '\n  npm run bench -- accuracy --live --beside-library --kind medical --streams 6' +
      '\n  npm run bench -- accuracy --whole --kind medical --model ../shared/models/whisper-tiny.en' +
      '\n  npm run bench -- accuracy --whole --hearings 4 --kind medical' +
      '\n  npm run bench -- accuracy --encoding webm --kind read --streams 4',
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
    .option(
      '--beside-library',
      'with --live: also the library on the same clips, to show what real time costs',
    )
    .addOption(
      new Option(
        '--encoding <encoding>',
        'live, encoded as a telephone or a browser does, and also as samples',
      )
        .choices([...trackEncodings])
        .conflicts('whole')
        .implies({ live: true }),
    )
    .option('--no-partials', 'with --live: clients that want none')
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
      const { model, hypotheses, wallSeconds, live, samples } = await transcribe(clips, flags);
      if (flags.hypotheses !== undefined) writeHypotheses(flags.hypotheses, hypotheses);
      const library = flags.besideLibrary && (await transcribeByLibrary(clips, flags));
      const audioSeconds = clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
      return {
        model,
        results: {
          way: wayOf(flags),
          score: scoreClips(clips, hypotheses),
          audioSeconds,
          wallSeconds,
          live,
          samples: samples && { score: scoreClips(clips, samples.hypotheses), live: samples },
          library: library && scoreClips(clips, library.hypotheses),
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
  readonly live?: LiveFigures;
  readonly samples?: LiveTranscripts | undefined;
}

/** What only a live client sees. */
type LiveFigures = Pick<LiveTranscripts, 'generator' | 'gone' | 'cuts' | 'finalFromVoice'>;

async function transcribe(clips: readonly Clip[], flags: AccuracyFlags): Promise<Transcripts> {
  if (flags.live !== true) return transcribeByLibrary(clips, flags);
  const { encoding, streams } = flags;
  const onDone = showProgress(clips.length * (encoding === undefined ? 1 : 2), 'clips');
  const decoded = await decodeClips(clips);
  return withServer(flags, async ({ url }) => {
    const options = sessionOptions(url, flags);
    const samples = encoding && (await transcribeLive(decoded, options, streams, onDone));
    const encoded = { ...options, encoding };
    const { model, hypotheses, wallSeconds, ...live } = await transcribeLive(
      decoded,
      encoded,
      streams,
      onDone,
    );
    return { model, hypotheses, wallSeconds, live, samples };
  });
}

function transcribeByLibrary(clips: readonly Clip[], flags: AccuracyFlags): Promise<Transcripts> {
  const recitations = clips.map((clip) => ({ id: clip.id, chunks: () => readClip(clip) }));
  return transcribeWithLibrary(recitations, libraryOptions(flags), showProgress(clips.length, 'clips'));
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

function show({ way, score, audioSeconds, wallSeconds, live, samples, library }: AccuracyResults): string {
  const time = `${way}: ${(audioSeconds / 60).toFixed(1)} min of audio in ${wallSeconds.toFixed(0)} s`;
  return [
    scoreTable(score),
    way === 'live' ? time : `${time}, ${(audioSeconds / wallSeconds).toFixed(1)} times real time`,
    ...(live === undefined ? [] : liveLines(live)),
    ...(samples === undefined
      ? []
      : ['the same clips as samples:', scoreTable(samples.score), ...liveLines(samples.live)]),
    ...(library === undefined ? [] : ['the library on the same clips:', scoreTable(library)]),
  ].join('\n');
}

function liveLines({ generator, gone, cuts, finalFromVoice }: LiveFigures): string[] {
  const { shown, changed, gone: lacking, clausesGone } = gone;
  return [
    generatorLine(generator),
    delayTable([['last voiced sample of final → final', finalFromVoice]]),
    `of ${String(shown)} words in last partials, finals changed ${String(changed)} and lack ${String(lacking)}; ` +
      `clauses gone: ${String(clausesGone)}`,
    ...(cuts.finals === 0
      ? []
      : [`${percent(cuts.within / cuts.finals)} of ${String(cuts.finals)} finals end within a sentence`]),
  ];
}
