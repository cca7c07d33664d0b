import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { SpeechError } from '../speech-error.js';
import { createByteSource } from './byte-source.js';
import type { DecodedAudio, RecordingInput } from './containers/container.js';
import { skipId3Tags } from './containers/id3.js';
import { openContainer } from './containers/open-container.js';
import { createMixToMono } from './mix-to-mono.js';
import { type CreateResampler, loadResampling, type Resampler } from './resample.js';

/** A recording that can be decoded. */
export interface Recording {
  /** Seconds; undefined where neither header nor file size tell. */
  readonly durationSeconds: number | undefined;
  /** Samples a second before resampling; 16,000 for what ffmpeg decodes. */
  readonly sampleRate: number;
  /** Tracks of sound, of which a screen or call recorder writes several. */
  readonly tracks: number;
  /** Of all tracks, before they were mixed; 2 for MP3, and for a stream that ffmpeg decodes. */
  readonly channels: number;
  /**
   * The audio at 16 kHz, all channels and tracks mixed to one, in pieces of mostly less than a second. Can be called once.
   * Throws `unreadable_audio` after the last piece of a recording that is cut or damaged, unless `onDamage` was given.
   */
  chunks(): AsyncIterable<Float32Array>;
  /** Closes the file. Needed only when `chunks` was not read to its end. */
  close(): Promise<void>;
}

/** A recording that can be read at any place though it is no file that others can open: one that is encrypted. */
export interface StoredRecording {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end`, in pieces of any length. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** How to open a recording. */
export interface RecordingOptions {
  /** What messages call a stream or what is stored. A file is called by its path. */
  readonly name?: string;
  /** The one track that is to be heard, from 0; all of them where it is left out. */
  readonly track?: number;
  /** Hears, after the last piece, that the recording is cut or damaged: what could be decoded is worth having. */
  readonly onDamage?: (error: SpeechError) => void;
}

/**
 * Opens a file by its path, what is stored otherwise, or a stream such as standard input: WAV, FLAC, MP3, Ogg/Opus, Ogg/Vorbis, and what
 * ffmpeg reads where it is installed; told apart by content. Decodes as it is read, so memory does not grow with
 * the length. Throws `unreadable_audio` for what is no file, not readable, or without sound, and
 * `unsupported_audio` for what is no audio.
 */
export async function openRecording(
  source: string | AsyncIterable<Uint8Array> | StoredRecording,
  options: RecordingOptions = {},
): Promise<Recording> {
  const resampling = await loadResampling();
  const opened = await openSource(source, options.name);
  try {
    return await openInput(opened, resampling, options);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Bytes read from a file at a time. */
const READ_BYTES = 65_536;

interface OpenedInput {
  readonly input: RecordingInput;
  readonly close: () => Promise<void>;
}

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
    return {
      input: stats.isFile() ? { name: path, bytes, file } : { name: path, bytes },
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
    input: { name, bytes },
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

async function openInput(
  { input, close }: OpenedInput,
  createResampler: CreateResampler,
  { onDamage, track }: RecordingOptions,
): Promise<Recording> {
  await skipId3Tags(input.bytes);
  if ((await input.bytes.peek(1)).length === 0) throw empty(input.name);

  const decoded = await openContainer(input);
  const mono = toMono16k(decoded, createResampler, track);
  // Decoding up to the first sound tells now, not in the middle of a transcription, that there is none.
  const first = await mono.next();
  if (first.done === true) throw withoutSound(input.name, first.value.damage);

  return {
    durationSeconds: decoded.durationSeconds,
    sampleRate: first.value.sampleRate,
    channels: first.value.channels,
    tracks: first.value.tracks,
    async *chunks() {
      try {
        let next: IteratorResult<MonoChunk, MonoEnd> = first;
        while (next.done !== true) {
          yield next.value.samples;
          next = await mono.next();
        }
        reportDamage(input.name, next.value.damage, onDamage);
      } finally {
        await mono.return({ damage: undefined });
        await close();
      }
    },
    async close() {
      await mono.return({ damage: undefined });
      await close();
    },
  };
}

interface MonoChunk {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly channels: number;
  readonly tracks: number;
}

interface MonoEnd {
  readonly damage: string | undefined;
}

async function* toMono16k(
  decoded: DecodedAudio,
  createResampler: CreateResampler,
  track: number | undefined,
): AsyncGenerator<MonoChunk, MonoEnd> {
  let resampler: Resampler | undefined;
  let format = { sampleRate: 0, channels: 0, tracks: 1 };
  const mixToMono = createMixToMono();
  try {
    for (;;) {
      const next = await decoded.blocks.next().catch(endOfDecoding);
      if (next.done === true) {
        const samples = resampler?.flush() ?? new Float32Array(0);
        if (samples.length > 0) yield { samples, ...format };
        return { damage: next.value };
      }
      const { channels, sampleRate, tracks = [channels.length] } = next.value;
      if (resampler === undefined || sampleRate !== format.sampleRate) {
        const rest = resampler?.flush();
        if (rest !== undefined && rest.length > 0) yield { samples: rest, ...format };
        resampler?.close();
        resampler = createResampler(sampleRate);
      }
      format = { sampleRate, channels: channels.length, tracks: tracks.length };
      const heard = track === undefined ? channels : channelsOfTrack(channels, tracks, track);
      const samples = resampler.process(mixToMono(heard, sampleRate));
      if (samples.length > 0) yield { samples, ...format };
      // Blocks that are in memory already would otherwise be decoded in a row, and nothing else would run.
      await setImmediate();
    }
  } finally {
    resampler?.close();
    await decoded.blocks.return(undefined);
  }
}

/** A part of the recording that does not have the track is silent in it. */
function channelsOfTrack(
  channels: readonly Float32Array[],
  tracks: readonly number[],
  track: number,
): readonly Float32Array[] {
  const start = tracks.slice(0, track).reduce((sum, count) => sum + count, 0);
  const own = channels.slice(start, start + (tracks[track] ?? 0));
  return own.length > 0 ? own : [new Float32Array(channels[0]?.length ?? 0)];
}

/** A decoder that gives up does so on bytes that its container does not allow. */
function endOfDecoding(error: unknown): IteratorReturnResult<string> {
  if (error instanceof SpeechError) throw error;
  return { done: true, value: 'is damaged and could not be decoded to its end' };
}

function reportDamage(
  name: string,
  damage: string | undefined,
  onDamage: RecordingOptions['onDamage'],
): void {
  if (damage === undefined) return;
  const error = new SpeechError(
    'unreadable_audio',
    `${name} ${damage}.`,
    'Copy it again from where it was recorded.',
  );
  if (onDamage === undefined) throw error;
  onDamage(error);
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
        'Give yourself the right to read it.',
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

function empty(name: string): SpeechError {
  return new SpeechError('unreadable_audio', `${name} is empty.`, 'Record or copy it again.');
}

function withoutSound(name: string, damage: string | undefined): SpeechError {
  const what = damage === undefined ? 'holds no sound' : `holds no sound and ${damage}`;
  return new SpeechError('unreadable_audio', `${name} ${what}.`, 'Record or copy it again.');
}
