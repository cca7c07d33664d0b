import type { RecordingFile } from './recording-file.js';

/** Looks at any place of a recording, without reading places near the last one again. */
export interface FileCursor {
  /** Bytes. */
  readonly size: number;
  /** The `length` bytes from `at`, at most 64 KiB; fewer only at the end. */
  at(at: number, length: number): Promise<Buffer>;
}

/** A cursor over what can be read at any place. Holds 64 KiB. */
export function createFileCursor(file: RecordingFile): FileCursor {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return {
    size: file.size,
    async at(at, length) {
      const end = Math.min(file.size, at + length);
      if (at < start || end > start + window.length) {
        start = at;
        window = await gather(file.read(at, Math.min(file.size, at + WINDOW_BYTES)));
      }
      return window.subarray(at - start, Math.max(at, end) - start);
    },
  };
}

const WINDOW_BYTES = 65_536;

/** All pieces as one buffer. */
export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const gathered: Uint8Array[] = [];
  for await (const piece of pieces) gathered.push(piece);
  return Buffer.concat(gathered);
}
