import { familyOf } from '../families/families.js';
import type { Calibration } from '../families/model-family.js';
import type { Recognizer } from '../recognizer/recognizer.js';
import { uncalibratedConfidence } from './calibrated-confidence.js';
import { combineHearings } from './combine-hearings.js';
import type { DroppedWords, FinalHypothesis } from './live-transcription.js';
import { transcribeRecording, type TimesListener, type TranscribeOptions } from './transcribe-recording.js';

/** How often a recording may be heard. */
export const MOST_HEARINGS = 4;

/** How a recording is to be transcribed by vote. */
export interface VoteOptions extends Omit<TranscribeOptions, 'heardBefore' | 'listener'> {
  /** 1 to `MOST_HEARINGS`. */
  readonly hearings: number;
  /** What was heard of this recording before, by whoever began to transcribe it, so that it is not heard again. */
  readonly progress?: HearingProgress;
  /** Who is told how long the utterances of a hearing take. Hearings count from 0. */
  readonly listenTo?: ((hearing: number) => TimesListener) | undefined;
}

/** What each hearing of a recording has given so far. Hearings count from 0. */
export interface HearingProgress {
  readonly heardBefore: (hearing: number) => readonly FinalHypothesis[];
  /** Called with each further final of a hearing, in order. */
  readonly onHeard: (hearing: number, final: FinalHypothesis) => void;
}

/**
 * As `transcribeRecording`, but hears the recording several times at once, each time cut at other pauses and in other
 * contexts, and votes on the words. Fewer of them are wrong, at that many times the work, and no text is there before
 * all is heard (docs/decisions/0015). A translation, where several words may be right, is heard once.
 *
 * @param open reads the recording, 16 kHz mono, from its beginning; called once for each hearing
 */
export async function* transcribeByVote(
  recognizer: Recognizer,
  open: () => AsyncIterable<Float32Array>,
  { hearings, progress, listenTo, ...options }: VoteOptions,
): AsyncGenerator<FinalHypothesis> {
  const family = familyOf(recognizer.model);
  const variants = family.hearings.slice(0, hearings);
  if (variants.length === 1 || options.task === 'translate') {
    yield* hearOn(recognizer, open(), { ...options, listener: listenTo?.(0) }, progress, 0);
    return;
  }
  const { onProgress, onDropped, signal } = options;
  const dropped: DroppedWords[] = [];
  // A hearing that fails ends the others, whose work would be wasted.
  const failure = new AbortController();
  const settled = new Array<number>(variants.length).fill(0);
  const hear = async (variant: TranscribeOptions, hearing: number): Promise<FinalHypothesis[]> => {
    const finals: FinalHypothesis[] = [];
    const heard = hearOn(
      recognizer,
      open(),
      {
        ...variant,
        ...options,
        listener: listenTo?.(hearing),
        onDropped: (words) => {
          if (hearing === 0) dropped.push(words);
        },
        signal: signal ? AbortSignal.any([signal, failure.signal]) : failure.signal,
        onProgress: (seconds) => {
          settled[hearing] = seconds;
          onProgress?.(Math.min(...settled));
        },
      },
      progress,
      hearing,
    );
    for await (const final of heard) finals.push(withVotes(final, family.calibration));
    return finals;
  };
  const heard = await Promise.all(
    variants.map((variant, hearing) =>
      hear(variant, hearing).catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    ),
  );
  let turn = performance.now();
  for (const final of combineHearings(heard)) {
    if (onDropped) forgetReplaced(dropped, final);
    yield final;
    if (performance.now() - turn < TURN_MS) continue;
    await new Promise(setImmediate);
    turn = performance.now();
  }
  for (const words of dropped) onDropped?.(words);
}

/** The finals of one hearing: those that it gave before, then what it hears now. */
async function* hearOn(
  recognizer: Recognizer,
  chunks: AsyncIterable<Float32Array>,
  options: TranscribeOptions,
  progress: HearingProgress | undefined,
  hearing: number,
): AsyncGenerator<FinalHypothesis> {
  const heardBefore = progress?.heardBefore(hearing) ?? [];
  yield* heardBefore;
  for await (const final of transcribeRecording(recognizer, chunks, { ...options, heardBefore })) {
    progress?.onHeard(hearing, final);
    yield final;
  }
}

/** Words that the first hearing dropped were replaced where other hearings heard something there. */
function forgetReplaced(dropped: DroppedWords[], { words }: FinalHypothesis): void {
  const missing = dropped.filter(
    ({ start, end }) => !words.some((word) => word.start >= start && word.end <= end),
  );
  dropped.splice(0, dropped.length, ...missing);
}

/** The vote of a hearing for a word weighs as much as the model's own confidence, which the vote was tuned on. */
function withVotes(final: FinalHypothesis, calibration: Calibration): FinalHypothesis {
  const words = final.words.map((word) => ({
    ...word,
    confidence: uncalibratedConfidence(calibration, word.confidence),
  }));
  return { ...final, words };
}

/** After so long, other work that waits gets its turn, milliseconds. */
const TURN_MS = 5;
