import type { FinalRecord } from './record-content.js';
import type { SessionChange } from './session-rows.js';
import { descriptionColumns, type SessionDescription } from './recorded-settings.js';

/** How far the record of an open session has come, including what is not on disk yet. */
export interface RecordProgress {
  /** Takes a new description of the session; it is written with the next final, or with the end. */
  readonly describe: (about: SessionDescription) => void;
  /** Counts a final, and returns its place. */
  readonly count: (final: Pick<FinalRecord, 'end'>) => number;
  readonly finals: () => number;
  readonly channels: () => number;
  /** The columns to write with a final: how many finals there are and where they end, and those of `takeDescription`. */
  readonly columns: () => SessionChange;
  /** The columns of a description that was not written yet. It counts as written from then on. */
  readonly takeDescription: () => SessionChange;
}

/** What is in a record that an earlier process has begun. */
export interface RecordedBefore {
  readonly finals: number;
  /** Where the last final ends, seconds. */
  readonly audioSeconds: number;
}

interface State {
  channels: number;
  finals: number;
  audioSeconds: number;
  unwritten: SessionDescription | undefined;
}

/** Starts with a record whose description is written, and which has no finals unless there are some `before`. */
export function beginProgress(
  dataKey: Uint8Array,
  sessionId: string,
  { channels }: SessionDescription,
  { finals, audioSeconds }: RecordedBefore = { finals: 0, audioSeconds: 0 },
): RecordProgress {
  const state: State = { channels, finals, audioSeconds, unwritten: undefined };

  const takeDescription = (): SessionChange => {
    const { unwritten } = state;
    state.unwritten = undefined;
    return unwritten === undefined ? {} : descriptionColumns(dataKey, sessionId, unwritten);
  };

  return {
    describe: (about) => {
      state.unwritten = about;
      state.channels = about.channels;
    },
    count: ({ end }) => {
      const place = state.finals;
      state.finals += 1;
      state.audioSeconds = Math.max(state.audioSeconds, end);
      return place;
    },
    finals: () => state.finals,
    channels: () => state.channels,
    columns: () => ({
      ...takeDescription(),
      finals: state.finals,
      audio_seconds: state.audioSeconds,
    }),
    takeDescription,
  };
}
