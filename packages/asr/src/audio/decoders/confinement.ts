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

/**
 * The most private memory that the system gives a decoder, bytes, however fast it asks; its supervisor is stricter.
 */
const MOST_DATA_BYTES = 512 * 1024 ** 2;

/** Megabytes of V8's heap, which holds lists of frames and messages. Samples and WebAssembly are outside of it. */
const HEAP_MEGABYTES = 48;

/**
 * Node with its permission model: it may start no processes, threads or addons, write nothing, and read nothing but
 * the program. If there is `prlimit`, hard limits of the system apply, too.
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
  // Up to version 22, the permission model had another name.
  const permission = ['--permission', '--experimental-permission'].find((flag) =>
    process.allowedNodeEnvironmentFlags.has(flag),
  );
  if (permission === undefined) return heap;
  return [...heap, permission, ...readableFolders().map((folder) => `--allow-fs-read=${folder}`)];
}

/** The folders that hold a decoder's program: this package, and the folder of the packages that decode. */
function readableFolders(): readonly string[] {
  const own = fileURLToPath(new URL('../../../', import.meta.url));
  const [decoder = ''] = fileURLToPath(import.meta.resolve('mpg123-decoder')).split(
    /(?<=node_modules[\\/])/u,
  );
  return [own, decoder];
}

/**
 * Keeps a decoder whose modules are loaded from opening anything, be it a file or a socket; Node's permission model allows
 * sockets before version 25. What is open stays open. Does nothing if there is no `prlimit`.
 */
export async function closeToTheWorld(pid: number): Promise<void> {
  const prlimit = await findProgram('prlimit');
  if (prlimit === undefined) return;
  await promisify(execFile)(prlimit, [`--pid=${pid}`, '--nofile=0:0'], { env: {} });
}

/**
 * With this niceness, decoding gets a third of the processor time of recognition if both want it: also decoding what comes
 * live, which takes little once it has started. A higher one would make recordings wait for minutes on a busy machine even
 * while nobody speaks.
 */
const NICENESS = 5;

/** Lets recognition go first. */
export function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
  } catch {
    // The process has ended already, or the system does not allow it.
  }
}
