import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { JobOwner } from '../inference/inference-pool.js';
import type { LiveListener } from './live-transcription.js';
import type { HearingPurpose, HearingTimes } from './utterance-times.js';

/** Notes how long the utterances of one stream take. */
export interface TimesRecorder {
  /** See `LiveListener.traceOf`; `start` in samples. */
  readonly traceOf: (start: number) => string | undefined;
  /** Notes when `owner` gets its result, as a hearing of the utterance that begins at sample `start`. */
  readonly timed: <Owner extends Pick<JobOwner, 'onResult'>>(
    owner: Owner,
    start: number,
    purpose: HearingPurpose,
  ) => Owner;
  /** An utterance was found to begin at this sample. */
  readonly started: (start: number) => void;
  readonly ended: (utterance: Place) => void;
  /** Tells the listener of an utterance that is over. */
  readonly over: (utterance: Place) => void;
}

/** Samples of the stream. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The most partials that are noted of an utterance. */
const MOST_PARTIALS = 32;

/** Makes a recorder, unless the listener does not ask for times. */
export function createTimesRecorder({
  onTimes,
  traceOf,
}: Pick<LiveListener, 'onTimes' | 'traceOf'>): TimesRecorder | undefined {
  if (!onTimes) return undefined;
  /** Moments by the first samples of utterances that are not over. */
  const startedAt = new Map<number, number>();
  const endedAt = new Map<number, number>();
  /** Hearings of utterances that are not over, with where these begin. */
  let hearings: { readonly start: number; readonly times: HearingTimes }[] = [];

  /** A part of an utterance that is heard by itself begins later than the utterance. Undefined for one that is over. */
  const beginningOf = (start: number): number | undefined =>
    [...startedAt.keys()].findLast((beginning) => beginning <= start);

  const note = (start: number | undefined, times: HearingTimes) => {
    if (start === undefined) return;
    const isOneTooMany =
      times.purpose === 'partial' &&
      hearings.filter((one) => one.start === start && one.times.purpose === 'partial').length >=
        MOST_PARTIALS;
    if (!isOneTooMany) hearings.push({ start, times });
  };

  return {
    traceOf(start) {
      const beginning = beginningOf(start);
      const since = beginning === undefined ? undefined : startedAt.get(beginning);
      if (beginning === undefined || since === undefined) return undefined;
      return traceOf?.(beginning / SAMPLE_RATE, since);
    },
    timed: (owner, start, purpose) => ({
      ...owner,
      onResult(result, times) {
        if (times) note(beginningOf(start), { ...times, purpose });
        owner.onResult(result, times);
      },
    }),
    started(start) {
      startedAt.set(start, performance.now());
    },
    ended({ start }) {
      endedAt.set(start, performance.now());
    },
    over({ start, end }) {
      const now = performance.now();
      const ended = endedAt.get(start) ?? now;
      const own = hearings.filter((one) => one.start <= start);
      hearings = hearings.filter((one) => one.start > start);
      onTimes({
        start: start / SAMPLE_RATE,
        end: end / SAMPLE_RATE,
        startedAt: startedAt.get(start) ?? ended,
        endedAt: ended,
        hearings: own.map(({ times }) => times),
      });
      startedAt.delete(start);
      endedAt.delete(start);
    },
  };
}
