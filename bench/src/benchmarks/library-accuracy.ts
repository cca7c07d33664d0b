import { defaultLiveOptions, transcribeByVote, type Recognizer, type TranscribeOptions } from '@auscult/asr';
import type { Hypotheses } from '../score/hypotheses.js';
import { watchTree, type ProcessesUse } from '../server/server-use.js';
import { startLibrary, type LibrarySettings } from './start-library.js';

/** Something to transcribe. */
export interface Recitation {
  readonly id: string;
  /** 16 kHz, mono, from the beginning. Asked for when its turn has come, once a hearing. */
  readonly chunks: () => AsyncIterable<Float32Array>;
}

/** How the library is run. */
export interface LibraryOptions extends LibrarySettings {
  /** As in `TranscribeOptions`; the way's default where absent. */
  readonly endpointingMs?: number | undefined;
  readonly maxUtteranceSeconds?: number | undefined;
  readonly contextSeconds?: number | undefined;
  /** Recitations at the same time; two a process where absent. */
  readonly concurrency?: number | undefined;
  /**
   * Whether recordings are read as a whole, as `auscult transcribe` and the second pass of the server do, and not
   * with the settings of live speech.
   */
  readonly whole?: boolean | undefined;
  /** With `whole`: how often each recording is heard before the words are voted on; once where absent. */
  readonly hearings?: number | undefined;
}

/** Transcripts made by the library, as fast as it can. */
export interface LibraryTranscripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  /** Without the start of the processes. */
  readonly wallSeconds: number;
  /** Of this process too. Absent without `/proc/PID/smaps_rollup`. */
  readonly processes?: ProcessesUse | undefined;
}

/**
 * Transcribes without a server, several recitations at a time, and watches what this process and its own need.
 *
 * @param onDone called after each recitation
 */
export async function transcribeWithLibrary(
  recitations: readonly Recitation[],
  options: LibraryOptions,
  onDone: () => void = () => undefined,
): Promise<LibraryTranscripts> {
  const { recognizer, workers } = await startLibrary(options);
  const concurrency = options.concurrency ?? 2 * workers;
  const hypotheses = new Map<string, string>();
  const waiting = recitations.values();
  const work = async () => {
    for (const { id, chunks } of waiting) {
      hypotheses.set(id, await transcribe(recognizer, chunks, options));
      onDone();
    }
  };
  const started = performance.now();
  const { processes } = await watchTree(process.pid, SAMPLE_SECONDS, () =>
    Promise.all(Array.from({ length: concurrency }, work)),
  ).finally(() => recognizer.close());
  const wallSeconds = (performance.now() - started) / 1000;
  return { model: recognizer.model.name, hypotheses, wallSeconds, processes };
}

const SAMPLE_SECONDS = 1;

/** What a live session recognises with, where a whole recording would take other settings. */
const LIVE_OPTIONS = {
  ...defaultLiveOptions,
  priority: 'live',
} as const satisfies TranscribeOptions;

async function transcribe(
  recognizer: Recognizer,
  chunks: Recitation['chunks'],
  { whole = false, hearings = 1, endpointingMs, maxUtteranceSeconds, contextSeconds }: LibraryOptions,
): Promise<string> {
  const options: TranscribeOptions = {
    ...(!whole && LIVE_OPTIONS),
    ...(endpointingMs !== undefined && { endpointingMs }),
    ...(maxUtteranceSeconds !== undefined && { maxUtteranceSeconds }),
    ...(contextSeconds !== undefined && { contextSeconds }),
  };
  const texts: string[] = [];
  const finals = transcribeByVote(recognizer, chunks, { ...options, hearings });
  for await (const { text } of finals) texts.push(text);
  return texts.join(' ');
}
