import { startRecognizer, type Recognizer, type RecognizerEvent, type RecognizerOptions } from '@auscult/asr';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A recognizer with real processes, and what it told of them. */
export interface RealRecognizer {
  readonly recognizer: Recognizer;
  readonly events: readonly RecognizerEvent[];
  /** Ends the processes and removes the prepared graphs. */
  close(): Promise<void>;
}

/** Starts a recognizer with a graph cache of its own. Whoever calls this closes it. */
export async function startRealRecognizer(options: Partial<RecognizerOptions> = {}): Promise<RealRecognizer> {
  const cacheDirectory = await makeFolder();
  const events: RecognizerEvent[] = [];
  const { onEvent } = options;
  const recognizer = await startRecognizer({
    ...plainOptions(cacheDirectory),
    ...options,
    onEvent(event) {
      events.push(event);
      onEvent?.(event);
    },
  });
  return {
    recognizer,
    events,
    async close() {
      await recognizer.close();
      await rm(cacheDirectory, { recursive: true });
    },
  };
}

/** Options that fit any machine that can run the tests, however busy it is. */
export function plainOptions(cacheDirectory: string): RecognizerOptions {
  return {
    model: 'moonshine-tiny',
    language: 'en',
    device: 'cpu',
    computeType: 'int8',
    workers: 1,
    cacheDirectory,
    workerMemoryLimitBytes: 2 ** 31,
    workerTimeoutSeconds: 60,
    maxFinalDelaySeconds: 60,
    shrinkContextUnderLoad: false,
  };
}

/** An empty folder. Whoever calls this removes it. */
export function makeFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'auscult-asr-'));
}
