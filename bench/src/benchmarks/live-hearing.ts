import { defaultLiveOptions, SAMPLE_RATE, type FinalHypothesis, type Recognizer } from '@auscult/asr';
import { readClip } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import type { Hypotheses } from '../score/hypotheses.js';
import { processorSeconds } from '../server/processor-seconds.js';
import { keyTermOptions, type KeyTerm } from '../terms/key-term.js';

/** What live sessions heard. */
export interface LiveHearing {
  /** The finals of each clip. */
  readonly finals: ReadonlyMap<string, readonly FinalHypothesis[]>;
  readonly hypotheses: Hypotheses;
  /** Processor time of the inference processes. Absent without `/proc/PID/task/TID/schedstat`. */
  readonly inferenceSeconds?: number | undefined;
}

/**
 * Recognises each clip as a live session of its own, without a server and faster than it was spoken.
 *
 * @param keyTermsOf the key terms of a clip's session
 * @throws Error when part of a clip could not be recognised
 */
export async function hearLive(
  recognizer: Recognizer,
  clips: readonly Clip[],
  keyTermsOf: (clip: Clip) => readonly KeyTerm[],
  onDone: () => void = () => undefined,
): Promise<LiveHearing> {
  const finals = new Map<string, readonly FinalHypothesis[]>();
  const waiting = clips.values();
  const work = async () => {
    for (const clip of waiting) {
      finals.set(clip.id, await hearClip(recognizer, clip, keyTermsOf(clip)));
      onDone();
    }
  };
  const before = inferenceSecondsOf(recognizer);
  const sessions = SESSIONS_PER_WORKER * recognizer.status().workers.length;
  await Promise.all(Array.from({ length: sessions }, work));
  const after = inferenceSecondsOf(recognizer);
  return {
    finals,
    hypotheses: new Map(Array.from(finals, ([id, of]) => [id, of.map(({ text }) => text).join(' ')])),
    ...(before !== undefined && after !== undefined && { inferenceSeconds: after - before }),
  };
}

/** Keeps a process busy while the audio of another session is decoded. */
const SESSIONS_PER_WORKER = 2;

/** Audio in one message of a live session. */
const CHUNK_SAMPLES = SAMPLE_RATE / 10;

/**
 * How much speech may wait for its final before more is sent: as much as a session on a slow line brings at
 * once.
 */
const AHEAD_SECONDS = 30;

async function hearClip(
  recognizer: Recognizer,
  clip: Clip,
  keyTerms: readonly KeyTerm[],
): Promise<readonly FinalHypothesis[]> {
  const finals: FinalHypothesis[] = [];
  let lost = 0;
  const live = recognizer.openLive(
    {
      ...defaultLiveOptions,
      ...keyTermOptions(keyTerms),
      sampleRate: SAMPLE_RATE,
      encoding: 'f32le',
      partials: false,
    },
    {
      onFinal: (final) => finals.push(final),
      onLost: () => {
        lost += 1;
      },
    },
  );
  try {
    for await (const samples of readClip(clip)) {
      for (const chunk of chunksOf(samples)) live.push(chunk);
      while (live.pendingSeconds > AHEAD_SECONDS) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await live.flush();
  } finally {
    live.close();
  }
  if (lost > 0)
    throw new Error(`Part of ${clip.id} could not be recognised. Try again; see \`auscult doctor\`.`);
  return finals;
}

function* chunksOf(samples: Float32Array): Generator<Uint8Array> {
  for (let start = 0; start < samples.length; start += CHUNK_SAMPLES) {
    const chunk = samples.subarray(start, start + CHUNK_SAMPLES);
    yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

function inferenceSecondsOf(recognizer: Recognizer): number | undefined {
  const seconds = recognizer
    .status()
    .workers.map(({ pid }) => (pid === undefined ? undefined : processorSeconds(pid)));
  return seconds.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
}
