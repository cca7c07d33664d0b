import { Command } from 'commander';
import { addAccuracyCommand, addNoiseCommand } from './commands/accuracy.js';
import { addCostCommand } from './commands/cost.js';
import { addLatencyCommand } from './commands/latency.js';
import { addPeersCommand } from './commands/peers.js';
import { addScoreCommand } from './commands/score.js';
import { addSoakCommand } from './commands/soak.js';
import { addStreamsCommand } from './commands/streams.js';
import { addThroughputCommand } from './commands/throughput.js';
import { addWrittenFormCommand } from './commands/written-form.js';

const program = new Command('bench').description('Measures Auscult on recorded speech.').showHelpAfterError();
addAccuracyCommand(program);
addNoiseCommand(program);
addLatencyCommand(program);
addStreamsCommand(program);
addSoakCommand(program);
addCostCommand(program);
addThroughputCommand(program);
addPeersCommand(program);
addScoreCommand(program);
addWrittenFormCommand(program);
await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
