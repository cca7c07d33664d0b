import { Command, InvalidArgumentError } from 'commander';
import { writeCorpus, writeFinding } from './engine/corpus-files.js';
import { fuzzTarget, type Outcome } from './engine/fuzz-target.js';
import { targetNames } from './targets.js';

interface Flags {
  readonly seconds?: number;
  readonly runs?: number;
  readonly seed?: number;
  readonly keep?: boolean;
}

/** What one target gets where neither seconds nor runs are said. */
const USUAL_SECONDS = 60;

const program = new Command('fuzz')
  .description('Feeds the parsers with inputs that are mutated towards new places in the code.')
  .argument('[targets...]', `what is fuzzed, one after the other; all of: ${targetNames.join(', ')}`)
  .option('--seconds <seconds>', `how long, each target (default: ${String(USUAL_SECONDS)})`, positive)
  .option('--runs <inputs>', 'how many inputs, each target', positive)
  .option('--seed <number>', 'draws the same mutations again', positive)
  .option('--keep', 'replace the corpus by the inputs that reach most with the fewest bytes')
  .action(async (targets: readonly string[], flags: Flags) => {
    const unknown = targets.find((target) => !targetNames.includes(target));
    if (unknown !== undefined)
      throw new Error(`There is no target ${unknown}. Name some of: ${targetNames.join(', ')}.`);
    let findings = 0;
    for (const target of targets.length === 0 ? targetNames : targets) findings += await fuzz(target, flags);
    if (findings > 0) process.exitCode = 1;
  });
await program.parseAsync();

/** Fuzzes one target and says what came of it; how many findings. */
async function fuzz(
  target: string,
  { seconds, runs, seed = Date.now() % 2 ** 31, keep }: Flags,
): Promise<number> {
  const plan = {
    target,
    seed,
    runs: runs ?? Number.POSITIVE_INFINITY,
    seconds: seconds ?? (runs === undefined ? USUAL_SECONDS : Number.POSITIVE_INFINITY),
  };
  const outcome = await fuzzTarget(plan, (progress) => {
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r${target}: ${String(progress.runs)} inputs, ${String(progress.corpus)} kept, ${String(progress.places)} places `,
      );
  });
  console.log(lineOf(target, seed, outcome));
  for (const { input, what } of outcome.findings) {
    console.log(`  ${writeFinding(target, Buffer.from(input))}\n    ${what.replaceAll('\n', '\n    ')}`);
  }
  if (keep === true && outcome.kept.length > 0)
    writeCorpus(
      target,
      outcome.kept.map((input) => Buffer.from(input)),
    );
  return outcome.findings.length;
}

function lineOf(target: string, seed: number, { runs, seconds, corpus, places, findings }: Outcome): string {
  const rate = Math.round(runs / seconds);
  return (
    `${target}: ${String(runs)} inputs in ${seconds.toFixed(0)} s (${String(rate)}/s), ${String(corpus)} led to new ` +
    `places, ${String(places)} places reached, ${String(findings.length)} findings, seed ${String(seed)}`
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
