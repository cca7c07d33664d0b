#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { DEBUG_VARIABLE } from '../config/load-config.js';
import { serverVersion } from '../version.js';
import { auditCommand } from './audit.js';
import { backupCommand } from './backup.js';
import { destroyDamagedCommand } from './destroy-damaged.js';
import { doctorCommand } from './doctor.js';
import { failureLine } from './failure-line.js';
import { keysCommand } from './keys.js';
import { masterKeyCommand } from './master-key.js';
import { modelsCommand } from './models.js';
import { restoreCommand } from './restore.js';
import { retentionCommand } from './retention.js';
import { serveCommand } from './serve.js';
import { transcribeCommand } from './transcribe.js';
import { usersCommand } from './users.js';
import { verifyCommand } from './verify.js';

/** Exit statuses: 0 for success, and these. */
const FAILURE = 1;
const USAGE = 2;

const EXAMPLES = `
Examples:
  auscult serve                     start the server on http://127.0.0.1:8000
  auscult transcribe visit.wav      transcribe a recording
  auscult doctor                    find out why something does not work
  auscult transcribe --help         all about one command`;

// `auscult … | head` closes the pipe when it has seen enough, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : FAILURE);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exit(report(error));
}

function createProgram(): Command {
  const program = new Command('auscult')
    .description('Real-time medical transcription: a server for live speech, and tools for recordings.')
    .version(serverVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(`auscult: ${usageLine(text)}\n`) })
    .exitOverride();
  for (const command of [
    serveCommand(),
    transcribeCommand(),
    modelsCommand(),
    keysCommand(),
    usersCommand(),
    auditCommand(),
    retentionCommand(),
    backupCommand(),
    restoreCommand(),
    masterKeyCommand(),
    verifyCommand(),
    destroyDamagedCommand(),
    doctorCommand(),
  ]) {
    program.addCommand(inherit(command, program));
  }
  return program;
}

/** Commands that are made on their own do not know how the program reports errors. */
function inherit(command: Command, program: Command): Command {
  for (const child of command.commands) inherit(child, program);
  return command.copyInheritedSettings(program);
}

/** What commander says about a wrong command line, on one line and with a way out. */
function usageLine(text: string): string {
  const [what = '', ...hints] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const hint = hints.join(' ').replace(/^\(|\)$/g, '') || 'See auscult --help.';
  return `${what.replace(/\.$/, '')}. ${hint}`;
}

/** Prints what went wrong, if that has not been done, and returns the exit status for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  process.stderr.write(`auscult: ${failureLine(error)}\n`);
  if (process.env[DEBUG_VARIABLE] && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return error instanceof ConfigError ? USAGE : FAILURE;
}
