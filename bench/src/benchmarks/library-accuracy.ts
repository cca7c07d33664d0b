import { startRecognizer, transcribeRecording, type Recognizer, type TranscribeOptions } from '@auscult/asr';
import { loadConfig } from '@auscult/server';
import { settingsEnvironment } from '../server/target.js';
import type { Hypotheses } from '../score/hypotheses.js';

/** Something to transcribe. */
export interface Recitation {
  readonly id: string;
  /** 16 kHz, mono. Asked for when its turn has come. */
  readonly chunks: () => AsyncIterable<Float32Array>;
}

/** How the library is run. */
export interface LibraryOptions extends Pick<
  TranscribeOptions,
  'endpointingMs' | 'maxUtteranceSeconds' | 'contextSeconds'
> {
  /** Name or folder; the server's default where absent. */
  readonly model?: string;
  /** Inference processes; the server's default where absent. */
  readonly workers?: number;
  /** Recitations at the same time; two a process where absent. */
  readonly concurrency?: number;
}

/** Transcripts made by the library, as fast as it can. */
export interface LibraryTranscripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  /** Without the start of the processes. */
  readonly wallSeconds: number;
}

/**
 * Transcribes without a server, several recitations at a time. Context is never shortened, so that the figures do not
 * depend on how busy the machine is.
 *
 * @param onDone called after each recitation
 */
export async function transcribeWithLibrary(
  recitations: readonly Recitation[],
  options: LibraryOptions,
  onDone: () => void = () => undefined,
): Promise<LibraryTranscripts> {
  const { recognizer, workers } = await start(options);
  const concurrency = options.concurrency ?? 2 * workers;
  const started = performance.now();
  const hypotheses = new Map<string, string>();
  const waiting = recitations.values();
  const lanes = Array.from({ length: concurrency }, async () => {
    for (const { id, chunks } of waiting) {
      hypotheses.set(id, await transcribe(recognizer, chunks(), options));
      onDone();
    }
  });
  await Promise.all(lanes).finally(() => recognizer.close());
  return { model: recognizer.model.name, hypotheses, wallSeconds: (performance.now() - started) / 1000 };
}

const BYTES_PER_MIB = 1024 ** 2;

async function start({
  model,
  workers,
}: LibraryOptions): Promise<{ recognizer: Recognizer; workers: number }> {
  const flags = {
    ...(model !== undefined && { model }),
    ...(workers !== undefined && { workers: String(workers) }),
  };
  const config = loadConfig({ flags, environment: settingsEnvironment() });
  const recognizer = await startRecognizer({
    ...config,
    workerMemoryLimitBytes: config.workerMemoryLimit * BYTES_PER_MIB,
    shrinkContextUnderLoad: false,
  });
  return { recognizer, workers: config.workers };
}

async function transcribe(
  recognizer: Recognizer,
  chunks: AsyncIterable<Float32Array>,
  { endpointingMs, maxUtteranceSeconds, contextSeconds }: LibraryOptions,
): Promise<string> {
  const options = {
    ...(endpointingMs !== undefined && { endpointingMs }),
    ...(maxUtteranceSeconds !== undefined && { maxUtteranceSeconds }),
    ...(contextSeconds !== undefined && { contextSeconds }),
  };
  const texts: string[] = [];
  for await (const { text } of transcribeRecording(recognizer, chunks, options)) texts.push(text);
  return texts.join(' ');
}
