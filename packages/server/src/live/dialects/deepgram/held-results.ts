import type { ResultsMessage } from './results.js';

/**
 * Tells which of the finals that answer `Finalize` is the last one: each is held until the next, or the end of the answer,
 * has come.
 */
export interface HeldResults {
  /** `Finalize` has come. Its answer concerns `channel`. */
  readonly begin: (channel: number) => void;
  readonly isUnderWay: () => boolean;
  /** The results to send now for these, and before anything else that is sent. */
  readonly pass: (results: ResultsMessage) => readonly ResultsMessage[];
  readonly release: () => readonly ResultsMessage[];
  /** Everything is settled. Returns the last one with its mark, which `none` makes for a channel if there was none. */
  readonly finish: (none: (channel: number) => ResultsMessage) => readonly ResultsMessage[];
}

/** Starts with nothing held. */
export function createHeldResults(): HeldResults {
  let channelAsked: number | undefined;
  let held: readonly ResultsMessage[] = [];

  const release = (): readonly ResultsMessage[] => {
    const released = held;
    held = [];
    return released;
  };

  return {
    begin: (channel) => {
      channelAsked = channel;
    },
    isUnderWay: () => channelAsked !== undefined,
    pass: (results) => {
      if (channelAsked === undefined) return [results];
      const released = release();
      held = [results];
      return released;
    },
    release,
    finish: (none) => {
      const [last = none(channelAsked ?? 0)] = release();
      channelAsked = undefined;
      return [{ ...last, from_finalize: true }];
    },
  };
}
