import type { Command } from 'commander';
import { measureHostileInput, type HostileInputResults } from '../benchmarks/hostile-input.js';
import type { HostileCost } from '../hostile/cost.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface Options {
  readonly tries: number;
  readonly only?: string;
  readonly json?: string;
}

/** `hostile-input`: what input made to be expensive costs the server's event loop. */
export function addHostileInputCommand(program: Command): void {
  program
    .command('hostile-input')
    .description(
      'Nested, wide, long and otherwise hostile JSON and text to every route and of every type of message; fails if one takes more of the event loop than it may.',
    )
    .option('--tries <count>', 'how often input over the budget is sent; the median counts', wholeNumber, 7)
    .option('--only <text>', 'only input with this in its route, type or shape')
    .option('--json <file>', 'where the report goes')
    .action(async ({ tries, only, json }: Options) => {
      const { costs } = await conduct({
        benchmark: 'hostile-input',
        json,
        measure: async () => ({
          model: 'default',
          results: await measureHostileInput({
            tries,
            only,
            onPlan: (total) => showProgress(total, 'requests and messages'),
          }),
        }),
        show,
      });
      if (costs.some(isOver)) process.exitCode = 1;
    });
}

function isOver(cost: HostileCost): boolean {
  return figureOf(cost) > cost.budgetMs;
}

/** What the budget applies to: work on audio is done in parts, each of which holds others up. */
function figureOf({ loopMs, heldMs }: HostileCost): number {
  return heldMs ?? loopMs;
}

/** The worst input of each route and type, and all over the budget. */
function show({ costs }: HostileInputResults): string {
  const worst = new Map<string, HostileCost>();
  for (const cost of costs) {
    const place = `${cost.kind} ${cost.where}`;
    const former = worst.get(place);
    if (former === undefined || figureOf(cost) > figureOf(former)) worst.set(place, cost);
  }
  const over = costs.filter(isOver);
  return [
    rows([...worst.values()]),
    ...(over.length === 0 ? [] : [`Over the budget:\n\n${rows(over)}`]),
    `${costs.length} kinds of input, ${over.length} over the budget`,
  ].join('\n\n');
}

function rows(costs: readonly HostileCost[]): string {
  return table(
    ['where', 'who', 'worst with', 'bytes', 'answer', 'event loop ms', 'worst ms', 'held ms', 'budget ms'],
    costs.map(({ kind, where, shape, bytes, answer, loopMs, worstMs, heldMs, budgetMs }) => [
      where,
      kind,
      shape,
      String(bytes),
      answer,
      loopMs.toFixed(1),
      worstMs === undefined ? '' : worstMs.toFixed(1),
      heldMs === undefined ? '' : heldMs.toFixed(1),
      String(budgetMs),
    ]),
  );
}
