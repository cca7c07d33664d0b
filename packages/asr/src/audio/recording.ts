import { type FileHandle, open } from 'node:fs/promises';
import { SpeechError } from '../speech-error.js';
import { createByteSource } from './byte-source.js';
import { startFfmpeg } from './containers/ffmpeg-process.js';
import type { OpenedInput, Recording, RecordingOptions } from './decode-recording.js';

/** A recording that can be read at any place, but is no file that other programs could open: an encrypted one. */
export interface StoredRecording {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end`, in pieces of any length. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/**
 * Opens a file by its path, a stored recording, or a stream such as standard input: WAV, FLAC, MP3, Ogg/Opus, WebM/Opus,
 * Ogg/Vorbis, and what ffmpeg reads if it is installed, told apart by content. Decodes while it is read, so memory
 * does not grow with the length. Throws `unreadable_audio` if it is no file, not readable, or without sound, and
 * `unsupported_audio` if it is no audio.
 */
export async function openRecording(
  source: string | AsyncIterable<Uint8Array> | StoredRecording,
  options: RecordingOptions = {},
): Promise<Recording> {
  const { decodeRecording } = await import('./decode-recording.js');
  return decodeRecording(await openSource(source, options.name), options);
}

/** Bytes read from a file at a time. */
const READ_BYTES = 65_536;

function openSource(
  source: string | AsyncIterable<Uint8Array> | StoredRecording,
  name: string | undefined,
): OpenedInput | Promise<OpenedInput> {
  if (typeof source === 'string') return openFile(source);
  if (Symbol.asyncIterator in source) return openStream(source, name ?? 'The stream');
  return openStored(source, name ?? 'The recording');
}

async function openFile(path: string): Promise<OpenedInput> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw notAFile(path);
    const bytes = createByteSource(() => readOn(handle, path));
    const file = {
      path,
      size: stats.size,
      read: (start: number, end: number) => readBetween(handle, start, end),
    };
    const input = { name: path, bytes, startFfmpeg };
    return {
      input: stats.isFile() ? { ...input, file } : input,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function openStored(stored: StoredRecording, name: string): OpenedInput {
  const { input, close } = openStream(stored.read(0, stored.size), name);
  const file = { path: undefined, size: stored.size, read: stored.read.bind(stored) };
  return { input: { ...input, file }, close };
}

function openStream(stream: AsyncIterable<Uint8Array>, name: string): OpenedInput {
  const iterator = stream[Symbol.asyncIterator]();
  const bytes = createByteSource(async () => {
    const next = await iterator.next();
    return next.done === true ? undefined : next.value;
  });
  return {
    input: { name, bytes, startFfmpeg },
    close: async () => {
      await iterator.return?.();
    },
  };
}

async function readOn(handle: FileHandle, path: string): Promise<Uint8Array | undefined> {
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null);
    return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* readBetween(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = start; at < end;) {
    const wanted = Math.min(READ_BYTES, end - at);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function unreadable(path: string, cause: unknown): SpeechError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const options = { cause };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SpeechError('unreadable_audio', `${path} does not exist.`, 'Check the path.', options);
    case 'EACCES':
    case 'EPERM':
      return new SpeechError(
        'unreadable_audio',
        `${path} may not be read.`,
        'Give yourself permission to read it.',
        options,
      );
    case 'EISDIR':
      return notAFile(path);
    default:
      return new SpeechError(
        'unreadable_audio',
        `${path} cannot be read (${String(code)}).`,
        'Copy it to another disk.',
        options,
      );
  }
}

function notAFile(path: string): SpeechError {
  return new SpeechError('unreadable_audio', `${path} is a folder.`, 'Give the path of a recording.');
}
