import type { MemoryBudget } from './memory-budget.js';
import { usageOf } from './process-usage.js';

/** Why a decoder is ended. */
export type Excess = 'memory' | 'time' | 'hung';

/** What is watched. */
export interface Watched {
  readonly decoder: () => number | undefined;
  /** Programs that run for it. */
  readonly programs: () => readonly number[];
  readonly startedPrograms: () => number;
  /** Bytes of the recording, of which a stream has as many as it has given. */
  readonly inputBytes: () => number;
  /** Seconds of sound that have come out. */
  readonly outputSeconds: () => number;
  /** Whether it has to say something, as it has what it asked for. */
  readonly isExpected: () => boolean;
  /** What it may take beside other decoders. */
  readonly memory: MemoryBudget;
  readonly onExcess: (excess: Excess) => void;
}

/** A watch over one decoder. */
export interface UsageWatch {
  /** It has said something. */
  heard(): void;
  end(): void;
}

const TICK_MS = 200;

/**
 * Private memory, bytes. Decoders of ordinary recordings take 20 to 40 MB, those of long MP4 with many tracks and programs of
 * ffmpeg up to 60 (bench `bombs`).
 */
const MOST_BYTES = { decoder: 96e6, program: 128e6 } as const;

/**
 * Processor time that is granted, seconds: to begin with, for a megabyte of what was given, for a second of what came out, and
 * for starting a program. The slowest of ordinary recordings, eight channels of Opus, takes 0.1 a second (bench `bombs`).
 */
const GRANTED = { base: 8, megabyte: 0.5, second: 0.3, program: 0.15 } as const;

/** Nothing may be said for so long though something is owed, seconds. */
const PATIENCE_SECONDS = 60;

/** Looks at a decoder, and at what runs for it, some times a second. */
export function watchUsage(watched: Watched): UsageWatch {
  /** By process: what those took that have ended counts on. */
  const cpuSeconds = new Map<number, number>();
  let silentTicks = 0;
  let bytesTaken = 0;

  const excessOf = (): Excess | undefined => {
    // Counted in ticks and not in wall time: a machine that was suspended proves nothing.
    silentTicks = watched.isExpected() ? silentTicks + 1 : 0;
    if (silentTicks * TICK_MS > PATIENCE_SECONDS * 1000) return 'hung';
    const decoder = watched.decoder();
    const processes = [
      ...(decoder === undefined ? [] : [{ pid: decoder, most: MOST_BYTES.decoder }]),
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
