import { defaultLiveOptions, transcribeByVote, type Recognizer, type TranscribeOptions } from '@auscult/asr';
import type { Hypotheses } from '../score/hypotheses.js';
import { watchTree, type ProcessesUse } from '../server/server-use.js';
import { startLibrary, type LibrarySettings } from './start-library.js';

/** Something to transcribe. */
export interface Recitation {
  readonly id: string;
  /** 16 kHz, mono, from the beginning. Called when the recording's turn has come, once per hearing. */
  readonly chunks: () => AsyncIterable<Float32Array>;
}

/** How the library is run. */
export interface LibraryOptions extends LibrarySettings {
  /** As in `TranscribeOptions`; if absent, the default for this way of reading. */
  readonly endpointingMs?: number | undefined;
  readonly maxUtteranceSeconds?: number | undefined;
  readonly contextSeconds?: number | undefined;
  /** How many recitations run at the same time; two a process if absent. */
  readonly concurrency?: number | undefined;
  /**
   * Whether recordings are read with the settings for whole recordings, as `auscult transcribe` and the
   * server's second pass do, rather than those of live speech.
   */
  readonly whole?: boolean | undefined;
  /** With `whole`: how often each recording is heard before the words are voted on; once if absent. */
  readonly hearings?: number | undefined;
}

/** Transcripts made by the library, as fast as it can. */
export interface LibraryTranscripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  /** Excludes the start of the processes. */
  readonly wallSeconds: number;
  /** Includes this process. Absent without `/proc/PID/smaps_rollup`. */
  readonly processes?: ProcessesUse | undefined;
}

/**
 * Transcribes without a server, several recitations at a time, and measures what this process and its
 * children use.
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

/** The settings of a live session that differ from those of a whole recording. */
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
