import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  defaultLiveOptions,
  type FinalHypothesis,
  openRecording,
  type Recognizer,
  SAMPLE_RATE,
  type SpeechError,
  nothingWritten,
  writeFinal,
  writeFinals,
  type WritingOptions,
} from '@auscult/asr';
import { hearRecording, type HearingOptions } from '../../transcriptions/hear-recording.js';
import { speakersIn } from '../../transcripts/by-speaker.js';
import { formatTranscript, type TranscriptFormat } from '../../transcripts/format.js';
import type { Transcript } from '../../transcripts/transcript.js';
import { STANDARD_INPUT, type FoundRecording } from './find-recordings.js';
import { createOrderedOutput, type OrderedOutput } from './ordered-output.js';
import type { Progress } from './progress.js';

/** What is to be transcribed, and where the result goes. */
export interface TranscriptionRun {
  readonly recordings: readonly FoundRecording[];
  readonly format: TranscriptFormat;
  /** A file for each recording; undefined for standard output. */
  readonly outputPaths: readonly string[] | undefined;
  /** How many recordings are worked on at a time, each of which keeps one worker busy. */
  readonly atATime: number;
  readonly options: Omit<HearingOptions, 'channel' | 'onProgress'>;
  readonly writing: WritingOptions;
  readonly progress: Progress;
  /** Called for each recording that failed or was damaged; the others go on. */
  readonly onFailure: (error: unknown) => void;
}

/** Transcribes all recordings; on standard output they appear in their order. */
export async function transcribeRecordings(recognizer: Recognizer, task: TranscriptionRun): Promise<void> {
  const output = createOrderedOutput((text) => task.progress.interrupt(() => process.stdout.write(text)));
  const waiting = task.recordings.entries();
  const work = async (): Promise<void> => {
    for (const [index, recording] of waiting) {
      await transcribeOne(recognizer, task, output, index, recording).catch(task.onFailure);
      output.end(index);
      task.progress.done(index);
    }
  };
  await Promise.all(Array.from({ length: task.atATime }, work));
}

async function transcribeOne(
  recognizer: Recognizer,
  task: TranscriptionRun,
  output: OrderedOutput,
  index: number,
  { path }: FoundRecording,
): Promise<void> {
  const { format, outputPaths, progress, onFailure, options, writing } = task;
  const damage: SpeechError[] = [];
  const source = path === STANDARD_INPUT ? process.stdin : path;
  const openedWith = (onDamage: (error: SpeechError) => void) =>
    openRecording(source, { name: 'Standard input', onDamage });
  const recording = await openedWith((error) => damage.push(error));

  // Lines appear as they are heard, unless the speaker may take them back, or it is found out later who that is.
  const tellsSpeakers = path !== STANDARD_INPUT && (options.speakers ?? 'off') !== 'off';
  const isShown = outputPaths === undefined && format === 'text';
  const streamed = isShown && !writing.dictationCommands && !tellsSpeakers;
  if (isShown && task.recordings.length > 1) output.write(index, `==> ${path} <==\n`);
  const counted = countSamples(recording.chunks());
  let hearings = 0;
  const open = (): AsyncIterable<Float32Array> => {
    hearings += 1;
    return hearings === 1 ? counted.chunks : readAgain();
  };
  // The first hearing has reported the damage.
  const readAgain = async function* (): AsyncGenerator<Float32Array, void> {
    yield* (await openedWith(() => undefined)).chunks();
  };
  const finals: FinalHypothesis[] = [];
  let state = nothingWritten;
  const onProgress = (seconds: number): void => progress.heard(index, seconds, recording.durationSeconds);
  for await (const segment of hearRecording(recognizer, open, {
    // Standard input may be a live microphone, where nobody wants to wait for a long window.
    ...(path === STANDARD_INPUT ? { ...defaultLiveOptions, priority: 'live' } : {}),
    ...options,
    ...(path === STANDARD_INPUT && { hearings: 1, speakers: 'off' }),
    onProgress,
  })) {
    finals.push(segment);
    const next = writeFinal(state, segment, writing);
    state = next.state;
    if (streamed) output.write(index, `${next.written.text}\n`);
  }
  const segments = writeFinals(finals, writing);

  const speakers = tellsSpeakers ? speakersIn(segments) : undefined;
  const duration = counted.samples() / SAMPLE_RATE;
  const transcript: Transcript = { duration, segments, ...(speakers && { speakers }) };
  const written = () => formatTranscript(transcript, format, { about: { file: path } });
  const file = outputPaths?.[index];
  if (file !== undefined) await writeTranscript(file, written());
  else if (!streamed) output.write(index, written());
  damage.forEach(onFailure);
}

async function writeTranscript(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function countSamples(chunks: AsyncIterable<Float32Array>): {
  readonly chunks: AsyncIterable<Float32Array>;
  readonly samples: () => number;
} {
  let samples = 0;
  const counting = async function* (): AsyncGenerator<Float32Array, void> {
    for await (const chunk of chunks) {
      samples += chunk.length;
      yield chunk;
    }
  };
  return { chunks: counting(), samples: () => samples };
}
