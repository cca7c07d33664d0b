import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { auscultProgram } from '../support/auscult-program.js';

/** The outcome of a run of the command line. */
export interface CliOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run gets besides its arguments. */
export interface CliInput {
  readonly stdin?: Uint8Array;
  /** Variables that replace those of the tests; settings of the tests' own environment are not passed on. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the built `auscult` to its end, without a terminal. */
export async function runCli(
  args: readonly string[],
  { stdin, environment }: CliInput = {},
): Promise<CliOutcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AUSCULT_'));
  const child = spawn(process.execPath, [auscultProgram(), ...args], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: 'pipe',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  child.stdin.end(stdin);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
