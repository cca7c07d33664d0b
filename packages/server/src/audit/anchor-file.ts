import { createReadStream } from 'node:fs';
import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** The file that holds anchors, one a line. */
export interface AnchorFile {
  readonly path: string;
  /** Every complete line; none if there is no file. */
  readonly lines: () => AsyncGenerator<string>;
  /** The last lines; undefined where there is no file. */
  readonly tail: () => Promise<readonly string[] | undefined>;
  /** Adds those of the anchors that the file does not have; they are on disk when it resolves. */
  readonly append: (lines: readonly string[]) => Promise<void>;
  /** Renames the file, so that anchors begin anew; undefined if there is none. */
  readonly setAside: () => Promise<string | undefined>;
}

/** How far back `tail` looks, bytes: some hundred anchors. */
const TAIL_BYTES = 65_536;

/** The file at `path`, which need not be there. */
export function anchorFile(path: string): AnchorFile {
  return {
    path,
    lines: () => wholeLines(path),
    tail: async () => {
      const handle = await openIfThere(path);
      if (handle === undefined) return undefined;
      try {
        return (await readTail(handle)).lines;
      } finally {
        await handle.close();
      }
    },
    append: async (lines) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const handle = await open(path, 'a+', 0o600);
      try {
        const { lines: last, wholeBytes, cutBytes } = await readTail(handle);
        const missing = lines.filter((line) => !last.includes(line));
        if (missing.length === 0) return;
        // The remains of an anchor after a crash, which will come again. Files that can only grow keep them as a line
        // of their own.
        const isTakenBack = cutBytes === 0 || (await shorten(handle, wholeBytes));
        await handle.appendFile(`${isTakenBack ? '' : '\n'}${missing.join('\n')}\n`);
        await handle.datasync();
        if (wholeBytes === 0) await syncFolder(dirname(path));
      } finally {
        await handle.close();
      }
    },
    setAside: async () => {
      const aside = `${path}.until-${new Date().toISOString().replaceAll(':', '-')}`;
      try {
        await rename(path, aside);
        return aside;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Every complete line of a file; none if there is no file. */
export async function* wholeLines(path: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of createReadStream(path)) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Makes sure that a new file is found after a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface Tail {
  readonly lines: readonly string[];
  /** Size without a last line that was cut short. */
  readonly wholeBytes: number;
  /** Size of that line. */
  readonly cutBytes: number;
}

async function readTail(handle: FileHandle): Promise<Tail> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.subarray(0, bytesRead);
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.toString('utf8', 0, end).split('\n').slice(0, -1);
  return {
    lines: start === 0 ? lines : lines.slice(1),
    wholeBytes: start + end,
    cutBytes: text.length - end,
  };
}

async function shorten(handle: FileHandle, bytes: number): Promise<boolean> {
  try {
    await handle.truncate(bytes);
    return true;
  } catch {
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
