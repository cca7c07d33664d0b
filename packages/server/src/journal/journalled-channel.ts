import { encodePcm } from '@auscult/asr';
import { SAMPLE_BYTES } from '../records/record-audio.js';

/** The samples of one channel on their way to the disk. */
export interface JournalledChannel {
  /** Takes the next samples. */
  readonly append: (samples: Float32Array) => void;
  /** Leaves the next samples out, as there is no room for them. */
  readonly skip: (count: number) => void;
  /**
   * Takes what waits and is not settled, in runs of consecutive samples, until each is put `back` or `written`. If there is none,
   * but more is settled than is noted on disk, an empty run, to note that.
   */
  readonly take: () => readonly Run[];
  readonly back: (run: Run) => void;
  /** A run is on disk, with the note that everything before the sample `settled` is settled. */
  readonly written: (run: Run, settled: number) => void;
  /** Everything before `sample` is settled, and the record itself tells so of everything before `recorded`. */
  readonly settle: (sample: number, recorded: number) => void;
  readonly settled: () => number;
  /** All samples before this one are settled, and that is on disk or in the record. */
  readonly noted: () => number;
  /** Whether samples, or the note in an empty run, are still needed on disk. */
  readonly needs: (from: number, to: number) => boolean;
  /** All samples before this one are on disk, or settled for certain. */
  readonly durable: () => number;
  /** The number of the next sample. */
  readonly end: () => number;
  /** Bytes that wait for the disk. */
  readonly waitingBytes: () => number;
  /** Whether samples or a note wait for the disk. */
  readonly isWaiting: () => boolean;
}

/** Consecutive samples: 16-bit PCM at 16 kHz, little-endian, in parts. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly pcm: readonly Uint8Array[];
}

/** Starts at the sample `from`: everything before is settled, which is noted here as well. */
export function createJournalledChannel(from: number): JournalledChannel {
  let end = from;
  let settled = from;
  let durable = from;
  let noted = 0;
  let waiting: readonly Run[] = [];
  /** On disk, but after samples that are not. */
  let islands: readonly Run[] = [];

  const absorb = (): void => {
    durable = Math.max(durable, noted);
    const next = islands.find((run) => run.from <= durable);
    if (next === undefined) return;
    durable = Math.max(durable, next.to);
    islands = islands.filter((run) => run !== next);
    absorb();
  };

  const forgetSettled = (): void => {
    waiting = waiting.filter(({ to }) => to > settled);
  };

  return {
    append: (samples) => {
      const pcm = encodePcm(samples);
      const to = end + samples.length;
      const before = waiting.at(-1);
      waiting =
        before?.to === end
          ? [...waiting.slice(0, -1), { from: before.from, to, pcm: [...before.pcm, pcm] }]
          : [...waiting, { from: end, to, pcm: [pcm] }];
      end = to;
    },
    skip: (count) => {
      end += count;
    },
    take: () => {
      forgetSettled();
      const taken = waiting;
      waiting = [];
      if (taken.length === 0 && settled > noted) return [{ from: settled, to: settled, pcm: [] }];
      return taken;
    },
    back: (run) => {
      // A note is made anew.
      if (run.to > run.from) waiting = [...waiting, run].sort((one, other) => one.from - other.from);
    },
    written: (run, then) => {
      if (run.to > run.from) islands = [...islands, { ...run, pcm: [] }];
      noted = Math.max(noted, then);
      absorb();
    },
    settle: (sample, recorded) => {
      settled = Math.max(settled, sample);
      noted = Math.max(noted, Math.min(settled, recorded));
      absorb();
      if (waiting.length > 0) forgetSettled();
    },
    settled: () => settled,
    noted: () => noted,
    // Of all that noted how much is settled, the latest stays: samples that were not, or an empty run.
    needs: (runFrom, to) => (to > runFrom ? to > noted : runFrom === noted),
    durable: () => durable,
    end: () => end,
    isWaiting: () => waiting.length > 0 || settled > noted,
    waitingBytes: () => waiting.reduce((sum, run) => sum + (run.to - run.from) * SAMPLE_BYTES, 0),
  };
}
