import { availableParallelism, cpus } from 'node:os';
import { defaultLiveOptions, SAMPLE_RATE, type Recognizer } from '@auscult/asr';
import { createPacer } from '../load/pacer.js';
import { framesOf, type Track } from '../load/track.js';
import type { JobTrace, JobTraces, TracedJob } from '../simulation/job-trace.js';
import { startLibrary } from './start-library.js';

const FRAME_SECONDS = 0.05;

/**
 * Watches the jobs of real streams in real time. As many streams as the machine has cores play together, each with an inference process
 * of its own, so that no job shares its process, but all share the memory as they do under load.
 */
export async function recordJobTraces(
  tracks: readonly Track[],
  seconds: number,
  model: string | undefined,
  onTrack: () => void,
): Promise<{ readonly model: string; readonly results: JobTraces }> {
  const waiting = tracks.values();
  const traces: JobTrace[] = [];
  let name = '';
  const watch = async (): Promise<void> => {
    let sink: TracedJob[] = [];
    let startedAt = 0;
    const { recognizer } = await startLibrary({
      model,
      workers: 1,
      onEvent: (event) => {
        if (event.kind !== 'job-finished' || event.priority === 'background') return;
        const { priority, audioSeconds, waitSeconds, runSeconds } = event;
        const at = (performance.now() - startedAt) / 1000 - waitSeconds - runSeconds;
        sink.push({
          at: rounded(at),
          priority,
          newSeconds: rounded(audioSeconds),
          runSeconds: rounded(runSeconds),
        });
      },
    });
    name = recognizer.model.name;
    try {
      for (const track of waiting) {
        sink = [];
        startedAt = performance.now();
        await playOn(recognizer, track, seconds);
        traces.push({
          seconds: Math.min(seconds, rounded(track.seconds)),
          jobs: sink.toSorted((one, other) => one.at - other.at),
        });
        onTrack();
      }
    } finally {
      await recognizer.close();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, watch));
  return { model: name, results: { model: name, processor: cpus()[0]?.model ?? 'unknown', traces } };
}

async function playOn(recognizer: Recognizer, track: Track, seconds: number): Promise<void> {
  const live = recognizer.openLive(
    { ...defaultLiveOptions, sampleRate: SAMPLE_RATE, encoding: 's16le', partials: true },
    { onPartial: () => undefined, onFinal: () => undefined },
  );
  try {
    await createPacer().play(framesOf(track, FRAME_SECONDS), FRAME_SECONDS, (frame) => {
      live.push(frame);
      return live.receivedSeconds < seconds;
    });
    await live.flush();
  } finally {
    live.close();
  }
}

/** Milliseconds are all that a trace needs. */
function rounded(seconds: number): number {
  return Math.round(Math.max(0, seconds) * 1000) / 1000;
}
