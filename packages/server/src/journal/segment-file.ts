import { randomBytes } from 'node:crypto';
import { open, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** A file of records that is appended to for some seconds, and later destroyed as a whole. */
export interface SegmentFile {
  readonly path: string;
  /** Without it, no record of the segment can be opened. */
  readonly salt: Buffer;
  /** Bytes of records on disk. */
  readonly size: () => number;
  /** Appends records and waits for the disk. Returns where they begin. If it fails, nothing more may be appended. */
  readonly append: (parts: readonly Buffer[]) => Promise<number>;
  readonly read: (at: number, length: number) => Promise<Buffer>;
  /** Makes the records unreadable, then frees their space. */
  readonly destroy: () => Promise<void>;
  /** Leaves the file as it is. */
  readonly close: () => Promise<void>;
}

/** A segment that another process has left. */
export interface LeftSegment {
  /** Undefined if it is damaged: nothing can be opened. */
  readonly salt: Buffer | undefined;
  readonly records: Buffer;
}

const MAGIC = Buffer.from('auscult journal 1\n');
const SALT_BYTES = 32;
const SUM_BYTES = 4;

/** The head is written twice, each in a block of its own, so that a single bad block costs no more than its records. */
const BLOCK_BYTES = 4096;
const HEAD_BYTES = 2 * BLOCK_BYTES;

/** Where the records of a segment begin in its file. */
export const RECORDS_AT = HEAD_BYTES;

/** Makes an empty segment that only its owner may read. */
export async function createSegmentFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'wx+', 0o600);
  const salt = randomBytes(SALT_BYTES);
  let end = 0;
  let hasHead = false;

  const append: SegmentFile['append'] = async (parts) => {
    const at = end;
    // The head and the first records share one wait for the disk.
    const head = hasHead ? [] : [headOf(salt)];
    const from = hasHead ? HEAD_BYTES + at : 0;
    const bytes = await writeAll(handle, [...head, ...parts], from);
    await handle.datasync();
    end += bytes - (hasHead ? 0 : HEAD_BYTES);
    hasHead = true;
    return at;
  };

  return {
    path,
    salt,
    size: () => end,
    append,
    read: async (at, length) => {
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(bytes, 0, length, HEAD_BYTES + at);
      return bytes.subarray(0, bytesRead);
    },
    destroy: async () => {
      salt.fill(0);
      try {
        await forgetSalt(handle);
      } finally {
        await handle.close();
      }
      await unlink(path);
    },
    close: () => handle.close(),
  };
}

/** Reads a segment of another process. */
export async function readLeftSegment(path: string): Promise<LeftSegment> {
  const bytes = await readFile(path);
  return { salt: saltIn(bytes, 0) ?? saltIn(bytes, BLOCK_BYTES), records: bytes.subarray(HEAD_BYTES) };
}

/** Destroys a segment of another process. */
export async function destroyLeftSegment(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await forgetSalt(handle);
  } finally {
    await handle.close();
  }
  await unlink(path);
}

async function forgetSalt(handle: FileHandle): Promise<void> {
  await handle.write(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  await handle.datasync();
}

function headOf(salt: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  for (const at of [0, BLOCK_BYTES]) {
    MAGIC.copy(head, at);
    salt.copy(head, at + MAGIC.length);
    head.writeUInt32LE(crc32(salt), at + MAGIC.length + SALT_BYTES);
  }
  return head;
}

function saltIn(bytes: Buffer, at: number): Buffer | undefined {
  const end = at + MAGIC.length + SALT_BYTES;
  if (bytes.length < end + SUM_BYTES || !bytes.subarray(at, at + MAGIC.length).equals(MAGIC))
    return undefined;
  const salt = bytes.subarray(at + MAGIC.length, end);
  return crc32(salt) === bytes.readUInt32LE(end) ? Buffer.from(salt) : undefined;
}

/** Returns how many bytes these are. One buffer costs less than hundreds that the system has to gather. */
async function writeAll(handle: FileHandle, parts: readonly Buffer[], from: number): Promise<number> {
  const bytes = Buffer.concat(parts);
  for (let at = 0; at < bytes.length;)
    at += (await handle.write(bytes, at, bytes.length - at, from + at)).bytesWritten;
  return bytes.length;
}
