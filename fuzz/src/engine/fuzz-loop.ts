import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { FuzzTarget } from '../target.js';
import { openTarget } from '../targets.js';
import { readCorpus } from './corpus-files.js';
import { createCoverage, type Coverage } from './coverage.js';
import { mutate, type Material } from './mutate.js';
import { createRandom } from './random.js';
import { runOnce, type RunChecked } from './run-once.js';
import { shareInput } from './shared-input.js';
import { shrink } from './shrink.js';
import type { Plan, WorkerMessage } from './worker-messages.js';

/** How often other work, such as messages to the other thread, gets its turn, milliseconds. */
const TURN_MS = 50;
const PROGRESS_MS = 2_000;

/** A run ends after so many different findings: most probably, more would show the same fault again. */
const MOST_FINDINGS = 20;

/** Feeds a target until the plan is fulfilled, with inputs made of those that led somewhere new. */
export async function fuzzLoop(
  plan: Plan,
  memory: SharedArrayBuffer,
  tell: (message: WorkerMessage) => void,
): Promise<void> {
  const coverage = createCoverage();
  const target = await openTarget(plan.target);
  const run = await runOnce(target, shareInput(memory), coverage);
  const random = createRandom(plan.seed);
  const corpus: Buffer[] = [];
  const found = new Set<string>();
  let runs = 0;

  const tryInput = async (input: Buffer): Promise<void> => {
    runs += 1;
    const trouble = await run(input);
    if (trouble !== undefined) {
      if (found.has(trouble.kind)) return;
      found.add(trouble.kind);
      const least = await shrink(input, async (smaller) => (await run(smaller))?.kind === trouble.kind);
      tell({ kind: 'finding', input: least, what: trouble.what });
      return;
    }
    if (coverage.takeNew() > 0) corpus.push(input);
  };

  for (const input of [Buffer.alloc(0), ...readCorpus(plan.target)]) {
    await tryInput(input.subarray(0, target.longest));
  }
  const material = materialOf(target, corpus, coverage, random);
  const progress = () => ({ runs, corpus: corpus.length, places: coverage.seenPlaces() });
  const end = performance.now() + plan.seconds * 1000;
  let turnAt = 0;
  let progressAt = 0;
  while (runs < plan.runs && found.size < MOST_FINDINGS) {
    const now = performance.now();
    if (now >= end) break;
    if (now >= turnAt) {
      await turn();
      turnAt = now + TURN_MS;
    }
    if (now >= progressAt) {
      tell({ kind: 'progress', ...progress() });
      progressAt = now + PROGRESS_MS;
    }
    await tryInput(mutate(chosen(corpus, random), material));
  }
  tell({ kind: 'done', ...progress(), kept: await leastOf(corpus, run, coverage) });
}

/**
 * Draws the next input to mutate. Inputs that were found late are preferred, since they lead on more often, and the
 * shorter one of two, since it is faster.
 */
function chosen(corpus: readonly Buffer[], random: Material['random']): Buffer {
  const from = random.chance(0.3) ? corpus.slice(-Math.max(4, corpus.length >> 3)) : corpus;
  const [one = Buffer.alloc(0), other = one] = [random.pick(from), random.pick(from)];
  return one.length <= other.length || random.chance(0.2) ? one : other;
}

function materialOf(
  { longest }: FuzzTarget,
  corpus: readonly Buffer[],
  coverage: Coverage,
  random: Material['random'],
): Material {
  const literals = coverage.literals().map((text) => Buffer.from(text, 'latin1'));
  return { random, literals, longest, other: () => random.pick(corpus) ?? Buffer.alloc(0) };
}

/** A part of `corpus`, preferably short inputs, that reaches every place that the whole corpus reaches. */
async function leastOf(
  corpus: readonly Buffer[],
  run: RunChecked,
  coverage: Coverage,
): Promise<readonly Buffer[]> {
  const reached = new Set<number>();
  const kept: Buffer[] = [];
  for (const input of [...corpus].sort((a, b) => a.length - b.length)) {
    if ((await run(input)) !== undefined) continue;
    const before = reached.size;
    for (const place of coverage.places()) reached.add(place);
    if (reached.size > before) kept.push(input);
  }
  return kept;
}
