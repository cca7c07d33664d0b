#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ClusterError } from '../cluster/cluster-error.js';
import { ConfigError } from '../config/config-error.js';
import { DEBUG_VARIABLE } from '../config/load-config.js';
import { serverVersion } from '../version.js';
import { failureLine } from './failure-line.js';

/** The commands by their names, in the order of the help. Each is loaded only where it is wanted. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.js')).serveCommand()],
  ['transcribe', async () => (await import('./transcribe.js')).transcribeCommand()],
  ['models', async () => (await import('./models.js')).modelsCommand()],
  ['keys', async () => (await import('./keys.js')).keysCommand()],
  ['users', async () => (await import('./users.js')).usersCommand()],
  ['voices', async () => (await import('./voices.js')).voicesCommand()],
  ['audit', async () => (await import('./audit.js')).auditCommand()],
  ['retention', async () => (await import('./retention.js')).retentionCommand()],
  ['backup', async () => (await import('./backup.js')).backupCommand()],
  ['restore', async () => (await import('./restore.js')).restoreCommand()],
  ['master-key', async () => (await import('./master-key.js')).masterKeyCommand()],
  ['verify', async () => (await import('./verify.js')).verifyCommand()],
  ['destroy-damaged', async () => (await import('./destroy-damaged.js')).destroyDamagedCommand()],
  ['doctor', async () => (await import('./doctor.js')).doctorCommand()],
]);

/** Exit statuses: 0 for success, those of `ClusterError`, and these. */
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
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exit(report(error));
}

/** The program with the command of that name, or with all of them if there is none: help and errors tell about all. */
async function createProgram(name = ''): Promise<Command> {
  const program = new Command('auscult')
    .description('Real-time medical transcription: a server for live speech, and tools for recordings.')
    .version(serverVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(`auscult: ${usageLine(text)}\n`) })
    .exitOverride();
  const wanted = COMMANDS.get(name);
  for (const load of wanted ? [wanted] : COMMANDS.values())
    program.addCommand(inherit(await load(), program));
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
  if (error instanceof ClusterError) return error.exitStatus;
  return error instanceof ConfigError ? USAGE : FAILURE;
}
