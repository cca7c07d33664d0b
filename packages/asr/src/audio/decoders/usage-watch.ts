import type { MemoryBudget } from './memory-budget.js';
import { usageOf } from './process-usage.js';

/** Why a decoder is ended. */
export type Excess = 'memory' | 'time' | 'hung';

/** A decoder that is watched. */
export interface Watched {
  readonly decoder: () => number | undefined;
  /** Whether it decodes what is being said now. */
  readonly isLive: boolean;
  /** Programs that run for it. */
  readonly programs: () => readonly number[];
  readonly startedPrograms: () => number;
  /** Bytes of the recording; for a stream, those that it has given so far. */
  readonly inputBytes: () => number;
  /** Seconds of sound decoded so far. */
  readonly outputSeconds: () => number;
  /** Whether it owes a message, since it has all that it asked for. */
  readonly isExpected: () => boolean;
  /** The memory that it shares with other decoders. */
  readonly memory: MemoryBudget;
  readonly onExcess: (excess: Excess) => void;
}

/** A watch over one decoder. */
export interface UsageWatch {
  /** Notes that the decoder has sent something. */
  heard(): void;
  end(): void;
}

const TICK_MS = 200;

/**
 * Private memory, bytes. Decoders of ordinary recordings take 20 to 40 MB; those of long MP4 files with many tracks,
 * and programs of ffmpeg, up to 60 (bench `bombs`). Live ones, of which there may be many, take 18 to 41.
 */
const MOST_BYTES = { decoder: 96e6, live: 64e6, program: 128e6 } as const;

/**
 * Processor time that is granted, seconds: at the start, for each megabyte of input, for each second of output, and
 * for each program started. The slowest of ordinary recordings, eight channels of Opus, takes 0.1 for a second (bench
 * `bombs`).
 */
const GRANTED = { base: 8, megabyte: 0.5, second: 0.3, program: 0.15 } as const;

/** How long a decoder may send nothing although it owes something, seconds. */
const PATIENCE_SECONDS = 60;

/** Checks a decoder, and the programs that run for it, a few times a second. */
export function watchUsage(watched: Watched): UsageWatch {
  /** Processor time by process; that of processes that have ended still counts. */
  const cpuSeconds = new Map<number, number>();
  let silentTicks = 0;
  let bytesTaken = 0;

  const excessOf = (): Excess | undefined => {
    // Counted in ticks and not in wall time, which also passes while the machine is suspended.
    silentTicks = watched.isExpected() ? silentTicks + 1 : 0;
    if (silentTicks * TICK_MS > PATIENCE_SECONDS * 1000) return 'hung';
    const decoder = watched.decoder();
    const processes = [
      ...(decoder === undefined
        ? []
        : [{ pid: decoder, most: watched.isLive ? MOST_BYTES.live : MOST_BYTES.decoder }]),
      ...watched.programs().map((pid) => ({ pid, most: MOST_BYTES.program })),
    ];
    bytesTaken = 0;
    for (const { pid, most } of processes) {
      const usage = usageOf(pid);
      if (usage === undefined) continue;
      cpuSeconds.set(pid, usage.cpuSeconds);
      if (usage.privateBytes > most) return 'memory';
      bytesTaken += usage.privateBytes;
    }
    const taken = [...cpuSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
    const granted =
      GRANTED.base +
      GRANTED.megabyte * (watched.inputBytes() / 1e6) +
      GRANTED.second * watched.outputSeconds();
    return taken + GRANTED.program * watched.startedPrograms() > granted ? 'time' : undefined;
  };

  const end = (excess: Excess): void => {
    clearInterval(timer);
    account.leave();
    watched.onExcess(excess);
  };
  const account = watched.memory.join(() => {
    end('memory');
  });
  const timer = setInterval(() => {
    const excess = excessOf();
    if (excess === undefined) account.takes(bytesTaken);
    else end(excess);
  }, TICK_MS);
  return {
    heard: () => {
      silentTicks = 0;
    },
    end: () => {
      clearInterval(timer);
      account.leave();
    },
  };
}
