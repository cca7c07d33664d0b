import type { Command } from 'commander';
import { listOf, positiveNumber, wholeNumber } from './clip-options.js';
import type { SessionOptions } from '../load/session.js';
import { auscultCommand, runningServer, startServer, type Target } from '../server/target.js';

/** Flags of every benchmark that recognises something. */
export interface ModelFlags {
  readonly model?: string;
  readonly json?: string;
}

/** Flags of the benchmarks whose number of processes can be chosen. */
export interface WorkerFlags extends ModelFlags {
  readonly workers?: number;
}

/** Flags of the benchmarks that compare with faster-whisper. */
export interface PeerFlags {
  readonly peer: boolean;
}

/** Flags of the benchmarks that go through a server. */
export interface ServerFlags extends WorkerFlags {
  readonly url?: string;
  readonly serve?: readonly string[];
  readonly frameMs: number;
}

/** Adds the flags for the model and for where the figures go. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--model <model>', 'name or folder of the model; the default is that of the server')
    .option('--json <file>', 'where the figures go; the default is bench/results/NAME-TIME.json');
}

/** Adds the flags of `addModelOptions` and the number of processes. */
export function addWorkerOptions(command: Command): Command {
  return addModelOptions(command).option(
    '--workers <processes>',
    'inference processes; the default is one a core',
    wholeNumber,
  );
}

/** Adds the flag that leaves faster-whisper out. */
export function addPeerOption(command: Command): Command {
  return command.option('--no-peer', 'leave faster-whisper out, which needs Python 3');
}

/** Adds the flags that choose the server to measure. */
export function addServerOptions(command: Command): Command {
  return addWorkerOptions(command)
    .option('--url <address>', 'use this running server, ws://…/ws/transcribe, and start none')
    .option('--serve <flags>', 'more flags for the server that is started, separated by commas', listOf)
    .option('--frame-ms <milliseconds>', 'audio in one message', positiveNumber, 50);
}

/** How the clients of a benchmark speak to the server at `url`. */
export function sessionOptions(
  url: string,
  flags: ServerFlags & { readonly partials?: boolean },
): SessionOptions {
  return {
    url,
    speaks: 'auscult.v1',
    partials: flags.partials ?? true,
    frameSeconds: flags.frameMs / 1000,
    quietSeconds: QUIET_SECONDS,
  };
}

/**
 * Longer than an overloaded server needs for a final, so that a plain client does not leave before its text
 * comes.
 */
const QUIET_SECONDS = 8;

/** Runs `measure` against the running server that the flags name, or one started for it. */
export async function withServer<Result>(
  flags: ServerFlags,
  measure: (target: Target) => Promise<Result>,
): Promise<Result> {
  const target =
    flags.url === undefined
      ? await startServer(auscultCommand(serverArguments(flags)))
      : runningServer(flags.url);
  try {
    return await measure(target);
  } finally {
    await target.stop();
  }
}

/** The flags of the server that is started. */
export function serverArguments(flags: Omit<ServerFlags, 'url'>): string[] {
  return [
    ...(flags.model === undefined ? [] : ['--model', flags.model]),
    ...(flags.workers === undefined ? [] : ['--workers', String(flags.workers)]),
    ...(flags.serve ?? []),
  ];
}
