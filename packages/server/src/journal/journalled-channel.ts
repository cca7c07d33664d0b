import { encodePcm } from '@auscult/asr';
import { SAMPLE_BYTES } from '../records/record-audio.js';

/** The samples of one channel on their way to the disk. */
export interface JournalledChannel {
  /** Takes the next samples. */
  readonly append: (samples: Float32Array) => void;
  /** Leaves the next samples out, as there is no room for them. */
  readonly skip: (count: number) => void;
  /** Takes what waits and is not settled, in runs of consecutive samples, until each is put `back` or `written`. */
  readonly take: () => readonly Run[];
  readonly back: (run: Run) => void;
  readonly written: (run: Run) => void;
  readonly settle: (sample: number) => void;
  readonly settled: () => number;
  /** All samples before this one are on disk or settled. */
  readonly durable: () => number;
  /** The number of the next sample. */
  readonly end: () => number;
  /** Bytes that wait for the disk. */
  readonly waitingBytes: () => number;
}

/** Consecutive samples: 16-bit PCM at 16 kHz, little-endian, in parts. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly pcm: readonly Uint8Array[];
}

/** Starts at the sample `from`: everything before is settled. */
export function createJournalledChannel(from: number): JournalledChannel {
  let end = from;
  let settled = from;
  let durable = from;
  let waiting: readonly Run[] = [];
  /** On disk, but after samples that are not. */
  let islands: readonly Run[] = [];

  const absorb = (): void => {
    durable = Math.max(durable, settled);
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
      return taken;
    },
    back: (run) => {
      waiting = [...waiting, run].sort((one, other) => one.from - other.from);
    },
    written: (run) => {
      islands = [...islands, { ...run, pcm: [] }];
      absorb();
    },
    settle: (sample) => {
      settled = Math.max(settled, sample);
      absorb();
      if (waiting.length > 0) forgetSettled();
    },
    settled: () => settled,
    durable: () => durable,
    end: () => end,
    waitingBytes: () => waiting.reduce((sum, run) => sum + (run.to - run.from) * SAMPLE_BYTES, 0),
  };
}
