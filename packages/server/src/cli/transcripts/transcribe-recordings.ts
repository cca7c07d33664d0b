import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  defaultLiveOptions,
  type FinalHypothesis,
  type Recognizer,
  type SpeechError,
  nothingWritten,
  writeFinal,
  writeFinals,
  type WritingOptions,
} from '@auscult/asr';
import { hearRecording, type HearingOptions } from '../../transcriptions/hear-recording.js';
import { speakersIn } from '../../transcripts/by-speaker.js';
import { formatTranscript, type TranscriptFormat } from '../../transcripts/format.js';
import type { Transcript, TranscriptSegment } from '../../transcripts/transcript.js';
import { STANDARD_INPUT, type FoundRecording } from './find-recordings.js';
import { openParts, type PartedRecording } from './open-parts.js';
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
  const isInput = path === STANDARD_INPUT;
  const tellsSpeakers = !isInput && (options.speakers ?? 'off') !== 'off';
  const recording = await openParts(path, tellsSpeakers ? 'speakers' : 'mixed', (error) =>
    damage.push(error),
  );

  // Lines appear as they are heard, unless the speaker may take them back, or it is found out later who that is.
  const isShown = outputPaths === undefined && format === 'text';
  const streamed = isShown && !writing.dictationCommands && !tellsSpeakers;
  if (isShown && task.recordings.length > 1) output.write(index, `==> ${path} <==\n`);
  const segments: TranscriptSegment[] = [];
  for (const [number, open] of recording.parts.entries()) {
    const finals: FinalHypothesis[] = [];
    let state = nothingWritten;
    const channel = recording.parts.length > 1 ? number : undefined;
    for await (const segment of hearRecording(recognizer, open, {
      // Standard input may be a live microphone, where nobody wants to wait for a long window.
      ...(isInput ? { ...defaultLiveOptions, priority: 'live' } : {}),
      ...options,
      ...(isInput && { hearings: 1, speakers: 'off' }),
      channel,
      onProgress: (seconds) => {
        progress.heard(index, secondsOf(recording, number, seconds), recording.durationSeconds);
      },
    })) {
      finals.push(segment);
      const next = writeFinal(state, segment, writing);
      state = next.state;
      if (streamed) output.write(index, `${next.written.text}\n`);
    }
    for (const segment of writeFinals(finals, writing))
      segments.push(channel === undefined ? segment : { ...segment, channel });
  }
  segments.sort((one, other) => one.start - other.start);

  const speakers = tellsSpeakers ? speakersIn(segments) : undefined;
  const transcript: Transcript = {
    duration: recording.readSeconds(),
    segments,
    ...(speakers && { speakers }),
  };
  const written = () => formatTranscript(transcript, format, { about: { file: path } });
  const file = outputPaths?.[index];
  if (file !== undefined) await writeTranscript(file, written());
  else if (!streamed) output.write(index, written());
  damage.forEach(onFailure);
}

/** How much of a recording is heard when so much of a part is, if its parts are heard one after the other, seconds. */
function secondsOf({ durationSeconds = 0, parts }: PartedRecording, number: number, seconds: number): number {
  return parts.length === 1 ? seconds : (number * durationSeconds + seconds) / parts.length;
}

async function writeTranscript(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
