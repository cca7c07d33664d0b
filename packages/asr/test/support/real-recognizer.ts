import { startRecognizer, type Recognizer, type RecognizerEvent, type RecognizerOptions } from '@auscult/asr';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A recognizer with real processes, and the events that it reported. */
export interface RealRecognizer {
  readonly recognizer: Recognizer;
  readonly events: readonly RecognizerEvent[];
  /** Ends the processes. */
  close(): Promise<void>;
}

/** A folder of prepared graphs that all tests of a run share, since preparing them takes longer than most tests. */
const GRAPHS = path.join(process.env['XDG_DATA_HOME'] ?? tmpdir(), 'auscult-test-graphs');

/** Starts a recognizer. Whoever calls this closes it. */
export async function startRealRecognizer(options: Partial<RecognizerOptions> = {}): Promise<RealRecognizer> {
  const events: RecognizerEvent[] = [];
  const { onEvent } = options;
  const recognizer = await startRecognizer({
    ...plainOptions(GRAPHS),
    ...options,
    onEvent(event) {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { recognizer, events, close: () => recognizer.close() };
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
