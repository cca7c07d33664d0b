import { Command } from 'commander';
import { addScoreCommand } from './commands/score.js';

const program = new Command('bench').description('Measures Auscult on recorded speech.').showHelpAfterError();
addScoreCommand(program);
await program.parseAsync();
