import { readClip } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import { startFasterWhisper } from '../peers/faster-whisper.js';
import { scoreClips, type KindScore } from '../score/scorecard.js';
import { watchTree, type ProcessesUse } from '../server/server-use.js';
import { transcribeWithLibrary } from './library-accuracy.js';

/** How fast whole recordings become text, measured from files once the weights are loaded. */
export interface ThroughputResults {
  readonly audioSeconds: number;
  /** Threads that each system may compute on. */
  readonly threads: number;
  readonly auscult: Throughput;
  /** Absent if it was left out. */
  readonly fasterWhisper?: Throughput | undefined;
}

/** The same recordings, transcribed one way. */
export interface Throughput {
  readonly model: string;
  readonly wallSeconds: number;
  /** Seconds of audio per second. */
  readonly speed: number;
  /** Absent if no clip has a transcript. */
  readonly score?: KindScore | undefined;
  /** Absent without `/proc/PID/smaps_rollup`. */
  readonly processes?: ProcessesUse | undefined;
}

/** How to measure. */
export interface ThroughputOptions {
  /** Name or folder; the server's default if absent. */
  readonly model?: string | undefined;
  /** Inference processes of Auscult, each of one thread, and threads of faster-whisper. */
  readonly threads: number;
  /** Whether faster-whisper transcribes the same recordings afterwards. */
  readonly peer: boolean;
}

/**
 * Transcribes the same recordings one way after the other: Auscult as many at a time as it has processes, as
 * `auscult transcribe` does; faster-whisper one recording after another, as it does by default.
 *
 * @param onDone called after each recording of each way
 */
export async function measureThroughput(
  clips: readonly Clip[],
  { model, threads, peer }: ThroughputOptions,
  onDone: () => void,
): Promise<{ readonly model: string; readonly results: ThroughputResults }> {
  const auscult = await withAuscult(clips, model, threads, onDone);
  const fasterWhisper = peer ? await withFasterWhisper(clips, threads, onDone) : undefined;
  return {
    model: fasterWhisper === undefined ? auscult.model : `${auscult.model} and ${fasterWhisper.model}`,
    results: {
      audioSeconds: secondsOf(clips),
      threads,
      auscult,
      fasterWhisper,
    },
  };
}

async function withAuscult(
  clips: readonly Clip[],
  model: string | undefined,
  threads: number,
  onDone: () => void,
): Promise<Throughput> {
  const transcripts = await transcribeWithLibrary(
    clips.map((clip) => ({ id: clip.id, chunks: () => readClip(clip) })),
    { model, workers: threads, concurrency: threads, whole: true },
    onDone,
  );
  const { hypotheses, wallSeconds, processes } = transcripts;
  return {
    model: transcripts.model,
    wallSeconds,
    speed: secondsOf(clips) / wallSeconds,
    score: scoreClips(clips, hypotheses).all,
    processes,
  };
}

async function withFasterWhisper(
  clips: readonly Clip[],
  threads: number,
  onDone: () => void,
): Promise<Throughput> {
  const whisper = await startFasterWhisper(threads);
  const hypotheses = new Map<string, string>();
  const work = async () => {
    const started = performance.now();
    for (const { id, file } of clips) {
      hypotheses.set(id, (await whisper.transcribe({ file })).text);
      onDone();
    }
    return (performance.now() - started) / 1000;
  };
  const { result: wallSeconds, processes } = await watchTree(whisper.pid, SAMPLE_SECONDS, work).finally(() =>
    whisper.stop(),
  );
  return {
    model: whisper.model,
    wallSeconds,
    speed: secondsOf(clips) / wallSeconds,
    score: scoreClips(clips, hypotheses).all,
    processes,
  };
}

const SAMPLE_SECONDS = 1;

function secondsOf(clips: readonly Clip[]): number {
  return clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
}
