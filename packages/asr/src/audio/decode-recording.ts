import { setImmediate } from 'node:timers/promises';
import { SpeechError } from '../speech-error.js';
import { checkBlocks } from './check-blocks.js';
import type { DecodedAudio, RecordingInput } from './containers/container.js';
import { skipId3Tags } from './containers/id3.js';
import { openContainer } from './containers/open-container.js';
import { createMixToMono } from './mix-to-mono.js';
import { type CreateResampler, loadResampling, type Resampler } from './resample.js';

/** A recording that can be decoded. */
export interface Recording {
  /** Seconds; undefined if neither the header nor the file size tells. */
  readonly durationSeconds: number | undefined;
  /** Samples a second before resampling; 16,000 if ffmpeg decodes it. */
  readonly sampleRate: number;
  /** Tracks of sound, of which a screen or call recorder writes several. */
  readonly tracks: number;
  /** Channels of all tracks, before mixing; 2 for MP3, and for a stream that ffmpeg decodes. */
  readonly channels: number;
  /**
   * The audio at 16 kHz, all channels and tracks mixed to one, mostly in pieces of less than a second. Can be called
   * once. Throws `unreadable_audio` after the last piece of a recording that is cut or damaged, unless `onDamage` is
   * given.
   */
  readonly chunks: () => AsyncIterable<Float32Array>;
  /** Closes the file. Needed only if `chunks` was not read to its end. */
  close(): Promise<void>;
}

/** How to open a recording. */
export interface RecordingOptions {
  /** The name of a stream or a stored recording in messages. A file is named by its path. */
  readonly name?: string;
  /** The number of the only track to hear, from 0; all of them if left out. */
  readonly track?: number | undefined;
  /** The number of the only channel to hear, from 0, counted through all tracks; all of them if left out. */
  readonly channel?: number | undefined;
  /**
   * Called after the last piece if the recording is cut or damaged, for callers that want the part that could be decoded
   * all the same.
   */
  readonly onDamage?: (error: SpeechError) => void;
}

/** A recording that can be read, and how it is closed. */
export interface OpenedInput {
  readonly input: RecordingInput;
  readonly close: () => Promise<void>;
}

/** How it is decoded. */
export interface DecodingOptions extends RecordingOptions {
  /** The longest recording; a longer one is given up, seconds. No limit if left out. */
  readonly maxSeconds?: number | undefined;
}

/** Decodes an opened recording up to its first sound, and closes it if that fails. Throws as `openRecording` does. */
export async function decodeRecording(opened: OpenedInput, options: DecodingOptions): Promise<Recording> {
  try {
    return await decodeToSound(opened, await loadResampling(), options);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function decodeToSound(
  { input, close }: OpenedInput,
  createResampler: CreateResampler,
  { onDamage, track, channel, maxSeconds }: DecodingOptions,
): Promise<Recording> {
  await skipId3Tags(input.bytes);
  if ((await input.bytes.peek(1)).length === 0) throw empty(input.name);

  const container = await openContainer(input);
  const decoded = { ...container, blocks: checkBlocks(input.name, container.blocks, maxSeconds) };
  const mono = toMono16k(decoded, createResampler, { track, channel });
  // Decoded up to the first sound, so that a recording without sound is noticed now and not during a transcription.
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
  only: Pick<RecordingOptions, 'track' | 'channel'>,
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
      const samples = resampler.process(mixToMono(heardOf(channels, tracks, only), sampleRate));
      if (samples.length > 0) yield { samples, ...format };
      // Otherwise blocks that are in memory already would be decoded in a row, and nothing else would run.
      await setImmediate();
    }
  } finally {
    resampler?.close();
    await decoded.blocks.return(undefined);
  }
}

/** The channels to hear; silence for a part of the recording that does not have them. */
function heardOf(
  channels: readonly Float32Array[],
  tracks: readonly number[],
  { track, channel }: Pick<RecordingOptions, 'track' | 'channel'>,
): readonly Float32Array[] {
  const own = channel === undefined ? ofTrack(channels, tracks, track) : channels.slice(channel, channel + 1);
  return own.length > 0 ? own : [new Float32Array(channels[0]?.length ?? 0)];
}

function ofTrack(
  channels: readonly Float32Array[],
  tracks: readonly number[],
  track: number | undefined,
): readonly Float32Array[] {
  if (track === undefined) return channels;
  const start = tracks.slice(0, track).reduce((sum, count) => sum + count, 0);
  return channels.slice(start, start + (tracks[track] ?? 0));
}

/** A decoder gives up only on bytes that its container does not allow, so its failure is damage. */
function endOfDecoding(error: unknown): IteratorReturnResult<string> {
  if (error instanceof SpeechError) throw error;
  return { done: true, value: 'is damaged and could not be decoded to its end' };
}

function reportDamage(name: string, damage: string | undefined, onDamage: DecodingOptions['onDamage']): void {
  if (damage === undefined) return;
  const error = new SpeechError(
    'unreadable_audio',
    `${name} ${damage}.`,
    'Copy it again from where it was recorded.',
  );
  if (onDamage === undefined) throw error;
  onDamage(error);
}

function empty(name: string): SpeechError {
  return new SpeechError('unreadable_audio', `${name} is empty.`, 'Record or copy it again.');
}

function withoutSound(name: string, damage: string | undefined): SpeechError {
  const what = damage === undefined ? 'holds no sound' : `holds no sound and ${damage}`;
  return new SpeechError('unreadable_audio', `${name} ${what}.`, 'Record or copy it again.');
}
