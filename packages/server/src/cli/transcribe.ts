import { mkdir } from 'node:fs/promises';
import { SpeechError, startRecognizer, type KeyTerm } from '@auscult/asr';
import { recordingSettings } from '@auscult/protocol';
import { Command, Option } from 'commander';
import { requireTask } from '../model-abilities.js';
import { settingsByDefault } from '../config/recognition.js';
import type { Config } from '../config/schema.js';
import { recognitionOf, writingOf } from '../settings-by-concern.js';
import { readKeyTermsFile } from '../key-terms/read-key-terms-file.js';
import { recognizerOptions } from '../recognizer-options.js';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from '../transcripts/format.js';
import { failureLine } from './failure-line.js';
import { withDownloadBar } from './models/download-bar.js';
import { addRecordingOptions, addSettingOptions, configFrom } from './setting-options.js';
import { findRecordings, STANDARD_INPUT, type FoundRecording } from './transcripts/find-recordings.js';
import { outputPaths } from './transcripts/output-paths.js';
import { showProgress } from './transcripts/progress.js';
import { transcribeRecordings } from './transcripts/transcribe-recordings.js';

/** `auscult transcribe`: recordings to text, JSON or subtitles. */
export function transcribeCommand(): Command {
  const command = new Command('transcribe')
    .description(
      'Transcribe recordings: WAV, FLAC, MP3, Ogg/Opus, Ogg/Vorbis, WebM/Opus, and whatever ffmpeg reads.',
    )
    .argument('<recording...>', 'files, folders (searched recursively), or - for standard input')
    .addOption(
      new Option('-f, --format <format>', 'how the transcript is written')
        .choices(TRANSCRIPT_FORMATS)
        .default('text'),
    )
    .option('-o, --output <folder>', 'write a file for each recording into this folder')
    .option('--key-terms <file>', 'words that are likely to be said, one a line')
    .addHelpText('after', EXAMPLES);
  addSettingOptions(command, [
    'model',
    'workers',
    'device',
    'deviceFallback',
    'computeType',
    'beamSize',
    'endpointingMs',
    'maxUtteranceSeconds',
    'contextSeconds',
    'cacheDirectory',
    'modelDirectory',
    'offline',
  ]);
  return addRecordingOptions(command).action(async (paths: string[], options: TranscribeOptions) => {
    const recordings = await findRecordings(paths);
    const mistake = usageMistake(recordings, options);
    if (mistake !== undefined) command.error(mistake);
    if (recordings.length === 0) throw nothingFound(paths);
    process.exitCode = await transcribe(recordings, options);
  });
}

interface TranscribeOptions extends Readonly<Record<string, unknown>> {
  readonly format: TranscriptFormat;
  readonly output?: string;
  /** Path of a file. */
  readonly keyTerms?: string;
}

const EXAMPLES = `
Examples:
  auscult transcribe visit.wav                          text on the terminal
  auscult transcribe --format srt -o subtitles *.mp3    a subtitle file for each
  auscult transcribe --format json recordings/          one JSON object a recording
  auscult transcribe --written-form visit.wav           25 mg for twenty five milligrams
  auscult transcribe --key-terms ward.txt visit.wav     names and drugs that are likely to be said
  auscult transcribe --hearings 4 visit.wav             fewer errors, in four times the time
  auscult transcribe --speakers 2 visit.wav             who said what, of two people
  arecord -f S16_LE -r 16000 | auscult transcribe -     from a microphone, line by line

Exit status: 0 if all was transcribed, 1 if a recording failed or is damaged (the others are
transcribed all the same), 2 if the command line is wrong.`;

/** Returns the exit status. */
async function transcribe(
  recordings: readonly FoundRecording[],
  options: TranscribeOptions,
): Promise<number> {
  const config = configFrom(options);
  const settings = recordingSettings.parse(settingsByDefault(config));
  const keyTerms = await keyTermsOf(options, config);
  if (options.output !== undefined) await mkdir(options.output, { recursive: true });
  silenceDecoders();

  // A recording is fed as fast as it is recognised. That looks like overload, but the context should not shrink for it.
  const unhurried = { ...config, shrinkContextUnderLoad: false };
  const recognizer = await withDownloadBar(process.stderr, (onDownload) =>
    startRecognizer(recognizerOptions(unhurried, () => undefined, onDownload)),
  );
  const progress = showProgress(process.stderr, recordings.length);
  let failures = 0;
  try {
    requireTask(recognizer.model, settings.task);
    await transcribeRecordings(recognizer, {
      recordings,
      format: options.format,
      outputPaths:
        options.output === undefined ? undefined : outputPaths(recordings, options.output, options.format),
      atATime: config.workers,
      writing: writingOf(settings),
      options: { ...chosenSettings(config, options), ...recognitionOf(settings), keyTerms },
      progress,
      onFailure: (error) => {
        failures += 1;
        progress.interrupt(() => process.stderr.write(`auscult: ${failureLine(error)}\n`));
      },
    });
  } finally {
    progress.stop();
    await recognizer.close();
  }
  return failures === 0 ? 0 : 1;
}

/** The key terms of the named file; standard error tells which of them are left out. */
async function keyTermsOf(
  { keyTerms: path }: TranscribeOptions,
  { language }: Config,
): Promise<readonly KeyTerm[]> {
  if (path === undefined) return [];
  const { terms, notice } = await readKeyTermsFile(path, language);
  if (notice !== '') process.stderr.write(`auscult: ${path}: ${notice}\n`);
  return terms;
}

/** Only the settings that were given on the command line, since those of the server are for live speech. */
function chosenSettings(
  { endpointingMs, maxUtteranceSeconds, contextSeconds }: Config,
  options: TranscribeOptions,
): Partial<LiveSettings> {
  return {
    ...(options['endpointingMs'] !== undefined && { endpointingMs }),
    ...(options['maxUtteranceSeconds'] !== undefined && { maxUtteranceSeconds }),
    ...(options['contextSeconds'] !== undefined && { contextSeconds }),
  };
}

type LiveSettings = Pick<Config, 'endpointingMs' | 'maxUtteranceSeconds' | 'contextSeconds'>;

/** What is wrong with the command line, and on a second line what to do. */
function usageMistake(
  recordings: readonly FoundRecording[],
  { format, output, hearings, speakers = 'off' }: TranscribeOptions,
): string | undefined {
  if (recordings.filter(({ path }) => path === STANDARD_INPUT).length > 1) {
    return 'standard input is named twice\n(Give - once.)';
  }
  if (recordings.some(({ path }) => path === STANDARD_INPUT)) {
    if (Number(hearings ?? 1) > 1)
      return 'standard input can be heard only once\n(Leave --hearings out, or name a file.)';
    if (speakers !== 'off')
      return 'the voices in standard input cannot be heard again\n(Leave --speakers out, or name a file.)';
  }
  if (recordings.length > 1 && output === undefined && (format === 'srt' || format === 'vtt')) {
    return `subtitles of ${recordings.length} recordings do not fit into one file\n(Name a folder with --output.)`;
  }
  return undefined;
}

function nothingFound(paths: readonly string[]): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    `There are no recordings in ${paths.join(', ')}.`,
    'Name a folder with audio files, or a file.',
  );
}

/**
 * Keeps decoders of recordings from the console, where they report each bad frame, for the rest of the process:
 * a fault of a recording is reported once, at its end.
 */
function silenceDecoders(): void {
  console.error = () => undefined;
}
