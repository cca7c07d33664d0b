import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Bytes on disk that only this process can read. They are encrypted with a key that is only ever in memory, and the
 * file has no name, so it is gone with the process, however that ends.
 */
export interface SealedFile {
  /** Bytes appended so far. */
  readonly size: number;
  /**
   * Appends bytes, which must not be changed before it resolves, when all but less than a block is on disk. Rejects
   * with the error of the system, such as `ENOSPC`, and so does every later call.
   */
  readonly append: (bytes: Uint8Array) => Promise<void>;
  /** Writes the rest. Nothing may be appended afterwards, and everything can be read from then on. */
  readonly finish: () => Promise<void>;
  /** The bytes from `start` up to `end`. Fails if they are not what was written. */
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array>;
  /** Frees the space and destroys the key. Reading that is under way fails. May be called again. */
  readonly remove: () => Promise<void>;
}

/**
 * Bytes that are encrypted as one block. A block is held in memory until it is full, and is read as a whole.
 */
const BLOCK_BYTES = 65_536;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A sealed file that has a name, so that it outlives the process; whoever has its key can read it. */
export interface NamedSealedFile extends SealedFile {
  /** Waits until everything up to `finish` survives a power cut, but for the name: see `syncFolder`. */
  readonly sync: () => Promise<void>;
}

/** A sealed file without a name whose bytes can be taken elsewhere, where whoever has its key can read them. */
export interface MovableSealedFile extends SealedFile {
  /** The bytes as they are on disk, once it is finished. */
  readonly sealedBytes: () => AsyncIterable<Uint8Array>;
}

/** A finished sealed file that is read again. */
export interface OpenedSealedFile extends Pick<SealedFile, 'size' | 'read'> {
  readonly close: () => Promise<void>;
}

/**
 * Makes an empty file in `directory`, which is created too. AES-256-GCM with a separate key for each file; the number
 * of a block is its nonce, which therefore never repeats, and a misplaced block is noticed.
 */
export async function createSealedFile(directory: string): Promise<SealedFile> {
  return sealedInto(await openUnnamed(directory), randomBytes(KEY_BYTES));
}

/** As `createSealedFile`, with a key that no other file has. */
export async function createMovableSealedFile(
  directory: string,
  key: Uint8Array,
): Promise<MovableSealedFile> {
  return sealedInto(await openUnnamed(directory), Buffer.from(key));
}

/** Writes the sealed bytes of a file of `size` bytes, which come from elsewhere, into one without a name. */
export async function receiveSealedFile(
  directory: string,
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  size: number,
): Promise<OpenedSealedFile> {
  const handle = await openUnnamed(directory);
  try {
    let at = 0;
    for await (const piece of bytes) {
      await writeWhole(handle, piece, at);
      at += piece.length;
    }
    return openedOver(handle, key, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Makes an empty file at `path`, sealed as by `createSealedFile` with a key that no other file has. `remove` closes it and
 * leaves it where it is.
 */
export async function createNamedSealedFile(path: string, key: Uint8Array): Promise<NamedSealedFile> {
  return sealedInto(await open(path, 'wx+', 0o600), Buffer.from(key));
}

/** Opens a file that was finished with `size` bytes in it. Rejects with the error of the system if it is not there. */
export async function openNamedSealedFile(
  path: string,
  key: Uint8Array,
  size: number,
): Promise<OpenedSealedFile> {
  return openedOver(await open(path, 'r'), key, size);
}

/** The same file, which is removed in another way. */
export function removedBy(file: SealedFile, remove: SealedFile['remove']): SealedFile {
  return {
    get size() {
      return file.size;
    },
    append: file.append,
    finish: file.finish,
    read: file.read,
    remove,
  };
}

function openedOver(handle: FileHandle, key: Uint8Array, size: number): OpenedSealedFile {
  let closed: Promise<void> | undefined;
  return {
    size,
    read: (start, end) => readBlocks(handle, key, start, Math.min(end, size)),
    close: () => (closed ??= handle.close()),
  };
}

/** Takes over the file and the key. */
function sealedInto(handle: FileHandle, key: Buffer): NamedSealedFile & MovableSealedFile {
  const block = Buffer.alloc(BLOCK_BYTES);
  let size = 0;
  let filled = 0;
  let blocks = 0;
  let last: Promise<void> = Promise.resolve();
  let removed: Promise<void> | undefined;

  const writeBlock = (plain: Uint8Array): Promise<void> => {
    const sealed = seal(key, blocks, plain);
    const position = blocks * (BLOCK_BYTES + TAG_BYTES);
    blocks += 1;
    return writeWhole(handle, sealed, position);
  };

  const append = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.subarray(at, at + BLOCK_BYTES - filled);
      block.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < BLOCK_BYTES) return;
      filled = 0;
      await writeBlock(block);
    }
  };

  /** Does tasks one after the other. After a failure all later ones fail, since a file with a gap is of no use. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    last = last.then(task);
    // The caller is told; without this, the failure of a call that nobody waits for would end the process.
    last.catch(() => undefined);
    return last;
  };

  return {
    get size() {
      return size;
    },
    append: (bytes) => {
      size += bytes.length;
      return inTurn(() => append(bytes));
    },
    finish: () =>
      inTurn(async () => {
        if (filled === 0) return;
        await writeBlock(block.subarray(0, filled));
        filled = 0;
        block.fill(0);
      }),
    sync: () => inTurn(() => handle.sync()),
    sealedBytes: () => readRaw(handle),
    read: (start, end) => readBlocks(handle, key, start, Math.min(end, size)),
    remove: () => {
      removed ??= last
        .catch(() => undefined)
        .then(() => {
          key.fill(0);
          block.fill(0);
          return handle.close();
        });
      return removed;
    },
  };
}

async function* readBlocks(
  handle: FileHandle,
  key: Uint8Array,
  start: number,
  stop: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < stop;) {
    const index = Math.floor(at / BLOCK_BYTES);
    const plain = unseal(key, index, await readSealed(handle, index));
    const from = at - index * BLOCK_BYTES;
    const piece = plain.subarray(from, stop - index * BLOCK_BYTES);
    // A file that was cut between two blocks would otherwise be read forever.
    if (piece.length === 0) throw new RangeError('the file is shorter than it was');
    yield piece;
    at += piece.length;
  }
}

/** Opens a file that only its owner may read, and that never has a name. */
async function openUnnamed(directory: string): Promise<FileHandle> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${randomUUID()}.sealed`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function seal(key: Uint8Array, index: number, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(index));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, index: number, sealed: Buffer): Buffer {
  const end = Math.max(0, sealed.length - TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(index), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
}

function nonce(index: number): Buffer {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeUIntBE(index, NONCE_BYTES - 6, 6);
  return bytes;
}

async function* readRaw(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

async function readSealed(handle: FileHandle, index: number): Promise<Buffer> {
  const sealed = Buffer.allocUnsafe(BLOCK_BYTES + TAG_BYTES);
  let filled = 0;
  for (;;) {
    const position = index * sealed.length + filled;
    const { bytesRead } = await handle.read(sealed, filled, sealed.length - filled, position);
    filled += bytesRead;
    if (bytesRead === 0 || filled === sealed.length) return sealed.subarray(0, filled);
  }
}
