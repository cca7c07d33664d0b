import { performance } from 'node:perf_hooks';
import type { FuzzTarget, RunInput, TimeAllowed } from '../target.js';
import type { Coverage } from './coverage.js';
import type { SharedInput } from './shared-input.js';

/** What went wrong with an input. */
interface Trouble {
  /** The same for inputs with the same fault. */
  readonly kind: string;
  readonly what: string;
}

/** Runs an input, and reports anything that must not happen. */
export type RunChecked = (input: Buffer) => Promise<Trouble | undefined>;

/** Makes a target ready. Each input is noted in `shared` before it is run. */
export async function runOnce(
  target: FuzzTarget,
  shared: SharedInput,
  coverage: Coverage,
): Promise<RunChecked> {
  const run = await target.prepare();
  /** KiB. Asking the system takes longer than running most inputs, so it is asked only once for each. */
  let peak = process.resourceUsage().maxRSS;
  return async (input) => {
    shared.begin(input);
    coverage.begin();
    const startedAt = performance.now();
    try {
      const running = run(input);
      if (running !== undefined) await running;
    } catch (error) {
      return troubleOf(error);
    }
    const most = allowedMs(target.allowed, input);
    const needed = performance.now() - startedAt;
    const before = peak;
    peak = process.resourceUsage().maxRSS;
    const grown = peak - before;
    if (grown > MOST_GROWTH_KIB)
      return { kind: 'memory', what: `The process grew by ${String(Math.round(grown / 1024))} MiB.` };
    return needed > most ? slowness(run, input, most) : undefined;
  };
}

/** No single input may need more memory than this, KiB. The largest inputs themselves have 64 KiB. */
const MOST_GROWTH_KIB = 128 * 1024;

function allowedMs({ ms, msPerKiB }: TimeAllowed, { length }: Buffer): number {
  return ms + (msPerKiB * length) / 1024;
}

/** Times that a slow input is run again before it counts as slow. */
const TRIES = 5;

/** Runs a slow input again. The least processor time of several runs counts, since the machine may have been busy. */
async function slowness(run: RunInput, input: Buffer, most: number): Promise<Trouble | undefined> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = process.cpuUsage();
    await run(input);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
    if (least <= most) return undefined;
  }
  const bytes = String(input.length);
  return {
    kind: 'slow',
    what: `${bytes} bytes took ${least.toFixed(0)} ms, more than ${most.toFixed(0)} ms.`,
  };
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return { kind: 'no error', what: 'Something was thrown that is no error.' };
  const stack = (error.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
  const places = stack.filter((line) => !line.includes('node:')).slice(0, 4);
  const title = `${error.name}: ${error.message.slice(0, 200)}`;
  return { kind: `${error.name} ${places[0] ?? title}`, what: [title, ...places].join('\n') };
}
