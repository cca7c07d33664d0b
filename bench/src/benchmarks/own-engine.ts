import { SAMPLE_RATE, defaultLiveOptions, type Recognizer } from '@auscult/asr';
import { processorSeconds } from '../server/processor-seconds.js';
import { startLibrary } from './start-library.js';

/** An inference process that recognises one utterance after another. */
export interface OwnEngine {
  readonly model: string;
  /** Recognises 16 kHz mono audio as a live session that ends with it. */
  recognise(pcm: Int16Array): Promise<OwnAnswer>;
  /** Memory of the inference process after its last answer. */
  residentBytes(): number;
  close(): Promise<void>;
}

/** The text of an utterance, and the cost of recognising it. */
interface OwnAnswer {
  readonly text: string;
  /** From the first sample pushed to the last final. */
  readonly wallSeconds: number;
  /** Processor time of the inference process. Absent without `/proc/PID/task/TID/schedstat`. */
  readonly inferenceSeconds: number | undefined;
  /** The same plus that of this process, which detects voice. */
  readonly processorSeconds: number | undefined;
}

/** Starts a recognizer with one process and nothing else to do. */
export async function startOwnEngine(model: string | undefined): Promise<OwnEngine> {
  const { recognizer } = await startLibrary({ model, workers: 1 });
  return {
    model: recognizer.model.name,
    async recognise(pcm) {
      const inferenceBefore = inferenceSecondsOf(recognizer);
      const ownBefore = process.cpuUsage();
      const started = performance.now();
      const text = await recogniseLive(recognizer, pcm);
      const wallSeconds = (performance.now() - started) / 1000;
      const own = process.cpuUsage(ownBefore);
      const inferenceAfter = inferenceSecondsOf(recognizer);
      if (inferenceBefore === undefined || inferenceAfter === undefined)
        return { text, wallSeconds, inferenceSeconds: undefined, processorSeconds: undefined };
      const inferenceSeconds = inferenceAfter - inferenceBefore;
      return {
        text,
        wallSeconds,
        inferenceSeconds,
        processorSeconds: inferenceSeconds + (own.user + own.system) / 1e6,
      };
    },
    residentBytes: () => recognizer.status().workers[0]?.residentBytes ?? 0,
    close: () => recognizer.close(),
  };
}

function inferenceSecondsOf(recognizer: Recognizer): number | undefined {
  const pid = recognizer.status().workers[0]?.pid;
  return pid === undefined ? undefined : processorSeconds(pid);
}

async function recogniseLive(recognizer: Recognizer, pcm: Int16Array): Promise<string> {
  const texts: string[] = [];
  const live = recognizer.openLive(
    { ...defaultLiveOptions, sampleRate: SAMPLE_RATE, encoding: 's16le', partials: false },
    { onFinal: ({ text }) => texts.push(text) },
  );
  live.push(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  await live.flush();
  live.close();
  return texts.join(' ');
}
