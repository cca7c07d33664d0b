import { Command, InvalidArgumentError } from 'commander';
import { writeCorpus, writeFinding } from './engine/corpus-files.js';
import { fuzzTarget, type Outcome } from './engine/fuzz-target.js';
import { splitInputs } from './split-inputs.js';
import { openTarget, targetNames } from './targets.js';

interface Flags {
  readonly seconds?: number;
  readonly runs?: number;
  readonly inputs?: number;
  readonly seed?: number;
  readonly keep?: boolean;
}

/** The default for one target. */
const USUAL_SECONDS = 60;

const program = new Command('fuzz')
  .description('Feeds the parsers with inputs that are mutated towards new places in the code.')
  .argument('[targets...]', `what is fuzzed, one after the other; all of: ${targetNames.join(', ')}`)
  .option('--seconds <seconds>', `how long, each target (default: ${String(USUAL_SECONDS)})`, positive)
  .option('--runs <inputs>', 'how many inputs, each target', positive)
  .option('--inputs <inputs>', 'how many inputs, all targets together, each its share', positive)
  .option('--seed <number>', 'draws the same mutations again', positive)
  .option('--keep', 'replace the corpus by the inputs that reach most with the fewest bytes')
  .action(async (named: readonly string[], flags: Flags) => {
    const unknown = named.find((target) => !targetNames.includes(target));
    if (unknown !== undefined)
      throw new Error(`There is no target ${unknown}. Name some of: ${targetNames.join(', ')}.`);
    const targets = named.length === 0 ? targetNames : named;
    const runs = await runsOf(targets, flags);
    const outcomes: Outcome[] = [];
    for (const [index, target] of targets.entries())
      outcomes.push(await fuzz(target, runs[index] ?? Number.POSITIVE_INFINITY, flags));
    console.log(sumOf(outcomes));
    if (outcomes.some(({ findings }) => findings.length > 0)) process.exitCode = 1;
  });
await program.parseAsync();

/** Inputs of each target. */
async function runsOf(targets: readonly string[], { runs, inputs }: Flags): Promise<readonly number[]> {
  if (inputs === undefined) return targets.map(() => runs ?? Number.POSITIVE_INFINITY);
  if (runs !== undefined) throw new Error('Give --runs or --inputs, not both.');
  const shares = await Promise.all(targets.map(async (target) => (await openTarget(target)).share ?? 1));
  return splitInputs(inputs, shares);
}

/** Fuzzes one target, and says what came of it. */
async function fuzz(
  target: string,
  runs: number,
  { seconds, seed = Date.now() % 2 ** 31, keep }: Flags,
): Promise<Outcome> {
  const plan = {
    target,
    seed,
    runs,
    seconds: seconds ?? (Number.isFinite(runs) ? Number.POSITIVE_INFINITY : USUAL_SECONDS),
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
  return outcome;
}

function lineOf(target: string, seed: number, outcome: Outcome): string {
  const { runs, seconds, processorSeconds, corpus, places, findings } = outcome;
  return (
    `${target}: ${String(runs)} inputs in ${seconds.toFixed(0)} s (${processorSeconds.toFixed(0)} s of the processor), ` +
    `${String(corpus)} led to new places, ${String(places)} places reached, ${String(findings.length)} findings, ` +
    `seed ${String(seed)}`
  );
}

function sumOf(outcomes: readonly Outcome[]): string {
  const [runs, findings] = [
    outcomes.reduce((sum, outcome) => sum + outcome.runs, 0),
    outcomes.reduce((sum, outcome) => sum + outcome.findings.length, 0),
  ];
  return `${String(outcomes.length)} targets: ${String(runs)} inputs, ${String(findings)} findings`;
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
