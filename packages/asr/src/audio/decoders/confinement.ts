import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../../find-program.js';

/** How a decoder is started: a program and its arguments, before those of the decoder itself. */
export interface ConfinedCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** Bytes of private memory that the system gives a decoder at most, however fast it asks; its supervisor is stricter. */
const MOST_DATA_BYTES = 512 * 1024 ** 2;

/** Megabytes of V8's heap: lists of frames and messages. Samples and WebAssembly are outside of it. */
const HEAP_MEGABYTES = 48;

/**
 * Node with its permission model: no processes, threads and addons, no writing, and reading of nothing but the program. Where there is
 * `prlimit`, within hard limits of the system, too.
 */
export async function confinedNode(): Promise<ConfinedCommand> {
  const node = [process.execPath, ...nodeOptions()] as const;
  const prlimit = await findProgram('prlimit');
  if (prlimit === undefined) return { program: node[0], args: node.slice(1) };
  const limits = [`--data=${MOST_DATA_BYTES}`, '--cpu=7200', '--fsize=0', '--core=0', '--'];
  return { program: prlimit, args: [...limits, ...node] };
}

function nodeOptions(): readonly string[] {
  const heap = [
    `--max-old-space-size=${HEAP_MEGABYTES}`,
    '--max-semi-space-size=2',
    '--single-threaded-gc',
    '--v8-pool-size=1',
  ];
  // Until version 22 the permission model had another name.
  const permission = ['--permission', '--experimental-permission'].find((flag) =>
    process.allowedNodeEnvironmentFlags.has(flag),
  );
  if (permission === undefined) return heap;
  return [...heap, permission, ...readableFolders().map((folder) => `--allow-fs-read=${folder}`)];
}

/** Where the program of a decoder is: this package, and the folder of packages that those are in which decode. */
function readableFolders(): readonly string[] {
  const own = fileURLToPath(new URL('../../../', import.meta.url));
  const [decoder = ''] = fileURLToPath(import.meta.resolve('mpg123-decoder')).split(
    /(?<=node_modules[\\/])/u,
  );
  return [own, decoder];
}

/**
 * Takes the right to open anything from a decoder whose modules are loaded: no file and no socket, which the permission
 * model of Node before version 25 leaves open. What is open already stays so. Does nothing where there is no `prlimit`.
 */
export async function closeToTheWorld(pid: number): Promise<void> {
  const prlimit = await findProgram('prlimit');
  if (prlimit === undefined) return;
  await promisify(execFile)(prlimit, [`--pid=${pid}`, '--nofile=0:0'], { env: {} });
}

/**
 * Of the processor, it gets a third of what live speech gets where both want it. More would let recordings wait for minutes on
 * a busy machine, though nobody speaks.
 */
const NICENESS = 5;

/** Lets live speech go first. */
export function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It has ended already, or the system does not let it.
  }
}
