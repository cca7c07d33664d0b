import { SpeechError } from '../../speech-error.js';
import { createByteSource } from '../byte-source.js';
import { decodePcm } from '../pcm.js';
import { SAMPLE_RATE } from '../sample-rate.js';
import type { DecodedAudio, DecodedBlock, RecordingInput } from './container.js';
import type { RecordingFile } from './recording-file.js';
import {
  FfmpegMissingError,
  type FfmpegInput,
  type FfmpegJob,
  type FfmpegProcess,
  type StartFfmpeg,
} from './ffmpeg-job.js';
import { layOut, LACKS_BEGINNING, type Part } from './lay-out.js';
import { probe, type Probed } from './probe.js';
import { RECORDING_KIND_BYTES, recordingKind, type RecordingKind } from './recording-kind.js';
import { readTimedPcm } from './timed-pcm.js';
import { endsEarly, LONGEST_GAP_SECONDS, placeInTime, type TimedBlock } from './timeline.js';
import { tracesOf } from './traces.js';
import { sideBySide } from './tracks.js';
import {
  brokenContainer,
  brokenRecording,
  encryptedRecording,
  needsFfmpeg,
  noRecording,
  soundless,
} from './unreadable.js';

/**
 * Opens whatever else ffmpeg can read, if it is installed: MP4, WebM, AMR, WMA and so on. All tracks of sound are heard, at
 * the times at which a player plays them; of a stream, which cannot be read twice, only the first track.
 */
export function openWithFfmpeg(input: RecordingInput): Promise<DecodedAudio> {
  return Promise.resolve({ durationSeconds: undefined, blocks: blocksOf(input) });
}

function blocksOf(input: RecordingInput): Blocks {
  if (input.isLive === true) return decodeLive(input);
  return input.file === undefined ? decodeStream(input) : decodeFile(input, input.file);
}

type Blocks = AsyncGenerator<DecodedBlock, string | undefined>;

async function* decodeFile(recording: RecordingInput, file: RecordingFile): Blocks {
  const { parts, damage } = await layOut(file);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    const found = yield* decodePart(recording, file, only, sourceOf(file, only), damage);
    return damage ?? found;
  }
  const problems = [damage];
  let undecoded = 0;
  for (const part of parts) {
    if (undecoded === MOST_UNDECODED) break;
    try {
      problems.push(
        yield* decodePart(recording, file, part, { type: 'stored', file: sectionOf(file, part) }, damage),
      );
    } catch (error) {
      if (!(error instanceof SpeechError) || error.cause instanceof FfmpegMissingError) throw error;
      undecoded += 1;
      problems.push('is made of several recordings, of which not all can be decoded');
    }
  }
  return problems.find((problem) => problem !== undefined);
}

function sourceOf(file: RecordingFile, part: Part): FfmpegInput {
  return file.path === undefined
    ? { type: 'stored', file: sectionOf(file, part) }
    : { type: 'path', path: file.path };
}

function sectionOf(file: RecordingFile, { start, end }: Part): RecordingFile {
  const read = (from: number, to: number) => file.read(start + from, Math.min(end, start + to));
  return { path: undefined, size: end - start, read };
}

/** Parts without sound after which no more are tried, since even a part of five bytes takes a process. */
const MOST_UNDECODED = 20;

/** Tracks of one recording that are heard: each takes a process. */
const MOST_TRACKS = 8;

/** Throws a `SpeechError` if there is nothing to decode. */
async function* decodePart(
  { name, startFfmpeg }: RecordingInput,
  file: RecordingFile,
  part: Part,
  input: FfmpegInput,
  damage: string | undefined,
): Blocks {
  if (part.isEncrypted) throw encryptedRecording(name);
  const probed = await orNeedsFfmpeg(name, part.kind, probe(startFfmpeg, input), part.lack);
  const { tracks } = probed;
  if (tracks.length === 0) throw await withoutTracks(name, file, part, probed, damage);

  // If it follows another recording, the clock of that one may go on.
  const begin = COUNTED_FROM_ZERO.has(part.kind) && part.start === 0 ? 0 : probed.startSeconds;
  const heard = tracks.slice(0, MOST_TRACKS).map(({ index, channels }) =>
    decodeTrack(name, part.kind, startFfmpeg, input, {
      begin,
      job: { program: 'ffmpeg', track: index, channels, tellsTracks: false },
    }),
  );
  const ends = yield* sideBySide(heard);
  if (ends.every(({ seconds }) => seconds === 0)) {
    throw brokenRecording(name, part.kind, part.lack ?? damage);
  }
  if (heard.length < tracks.length)
    return `has ${tracks.length} tracks of sound, of which ${heard.length} were heard`;
  return ends.map((end) => end.damage).find((one) => one !== undefined) ?? missingEnd(part, probed, ends);
}

/** Kinds whose header says how long they are, so that a missing end shows. */
const DECLARING_KINDS: ReadonlySet<RecordingKind | undefined> = new Set<RecordingKind>([
  'MP4',
  'WebM or Matroska',
  'WMA',
  'FLV',
  'AVI',
  'AIFF',
  'CAF',
]);

/**
 * What is wrong if the end of a part is missing. This is not told if there are pictures, which count for the length too, or
 * if the clock goes on from another recording.
 */
function missingEnd({ kind, start }: Part, probed: Probed, ends: readonly TrackEnd[]): string | undefined {
  const { declaredSeconds, hasVideo } = probed;
  if (declaredSeconds === undefined || hasVideo || start > 0 || !DECLARING_KINDS.has(kind)) return undefined;
  const found = Math.max(...ends.map(({ seconds }) => seconds));
  return endsEarly(found, declaredSeconds)
    ? `ends after ${found.toFixed(1)} of ${declaredSeconds.toFixed(1)} s`
    : undefined;
}

async function withoutTracks(
  name: string,
  file: RecordingFile,
  { kind, lack }: Part,
  { format }: Probed,
  damage: string | undefined,
): Promise<SpeechError> {
  if (lack !== undefined) return brokenRecording(name, kind, lack);
  if (kind !== undefined) return format === undefined ? brokenRecording(name, kind, damage) : soundless(name);
  const trace = await tracesOf(file);
  return trace === undefined ? noRecording(name) : brokenRecording(name, trace, LACKS_BEGINNING);
}

/** A stream is decoded as it comes, to two channels, since nobody has counted them. */
async function* decodeStream({ name, bytes, startFfmpeg }: RecordingInput): Blocks {
  const kind = recordingKind(await bytes.peek(RECORDING_KIND_BYTES));
  const input: FfmpegInput = { type: 'stream', bytes: () => bytes.blocks(STREAM_BLOCK_BYTES) };
  const { seconds, damage, tracks } = yield* decodeTrack(name, kind, startFfmpeg, input, {
    begin: COUNTED_FROM_ZERO.has(kind) ? 0 : undefined,
    job: { program: 'ffmpeg', track: 'first', channels: 2, tellsTracks: true },
  });
  if (seconds === 0)
    throw kind === undefined ? noRecording(name) : brokenRecording(name, kind, UNSTREAMABLE[kind]);
  return tracks > 1 ? `has ${tracks} tracks of sound, of which one was heard` : damage;
}

/** As a stream, but each sample as soon as ffmpeg has decoded it. */
async function* decodeLive({ name, bytes, startFfmpeg }: RecordingInput): Blocks {
  const kind = recordingKind(await bytes.look(1, RECORDING_KIND_BYTES));
  const input: FfmpegInput = { type: 'stream', bytes: () => bytes.blocks(STREAM_BLOCK_BYTES) };
  const job: FfmpegJob = { program: 'ffmpeg', live: { channels: LIVE_CHANNELS } };
  const ffmpeg = await orNeedsFfmpeg(name, kind, startFfmpeg(job, input));
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for await (const piece of ffmpeg.output) {
      const pcm = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const whole = pcm.length - (pcm.length % (2 * LIVE_CHANNELS));
      rest = pcm.subarray(whole);
      yield { channels: decodePcm(pcm.subarray(0, whole), 's16le', LIVE_CHANNELS), sampleRate: SAMPLE_RATE };
    }
    const { exitCode, complaints } = await ffmpeg.ended;
    if (exitCode !== 0 || complaints > 0) throw brokenContainer(name);
    return undefined;
  } finally {
    ffmpeg.kill();
  }
}

/** Nobody has counted the channels. */
const LIVE_CHANNELS = 2;

const UNSTREAMABLE: Partial<Record<RecordingKind, string>> = {
  MP4: 'has its index behind its samples, or none, so that it cannot be decoded as it comes: give it as a file',
};

const STREAM_BLOCK_BYTES = 8_192;

interface TrackOptions {
  /** The time of the container that counts as the beginning, seconds; undefined for the track's own beginning. */
  readonly begin: number | undefined;
  readonly job: Extract<FfmpegJob, { readonly tellsTracks: boolean }>;
}

interface TrackEnd {
  /** Where the last sound ends, seconds; 0 if there was none. */
  readonly seconds: number;
  readonly damage: string | undefined;
  /** Number of tracks of sound in the whole recording; 0 if ffmpeg was not asked. */
  readonly tracks: number;
}

/** Throws a `SpeechError` only if ffmpeg is not installed. */
async function* decodeTrack(
  name: string,
  kind: RecordingKind | undefined,
  startFfmpeg: StartFfmpeg,
  input: FfmpegInput,
  options: TrackOptions,
): AsyncGenerator<DecodedBlock, TrackEnd> {
  const ffmpeg = await orNeedsFfmpeg(name, kind, startFfmpeg(options.job, input));
  try {
    let end = 0;
    const placed = placeInTime(timedBlocks(ffmpeg, options));
    let next = await placed.next();
    for (; next.done !== true; next = await placed.next()) {
      end += (next.value.channels[0]?.length ?? 0) / SAMPLE_RATE;
      yield next.value;
    }
    const { exitCode, complaints, tracks } = await ffmpeg.ended;
    return { seconds: end, damage: damageOf(exitCode, complaints, next.value.hasJumped), tracks };
  } finally {
    ffmpeg.kill();
  }
}

function damageOf(exitCode: number | null, complaints: number, hasJumped: boolean): string | undefined {
  if (exitCode !== 0) return 'could not be decoded to its end';
  if (complaints > 0) return 'is cut off or damaged, and not all of it could be decoded';
  return hasJumped
    ? `has a gap of more than ${LONGEST_GAP_SECONDS / 60} minutes, which was left out`
    : undefined;
}

/**
 * Kinds whose times count from their beginning, so that a track that begins late has silence before it even if it is the only
 * one (ISO/IEC 14496-12, section 8.6.6; RFC 9559, section 11; Advanced Systems Format, section 3.2). Recordings of other kinds
 * begin with their first picture or sound, since their clocks may have been running for a while.
 */
const COUNTED_FROM_ZERO: ReadonlySet<RecordingKind | undefined> = new Set<RecordingKind>([
  'MP4',
  'WebM or Matroska',
  'WMA',
]);

async function* timedBlocks(
  { output }: FfmpegProcess,
  { begin, job: { channels } }: TrackOptions,
): AsyncGenerator<TimedBlock, void> {
  const iterator = output[Symbol.asyncIterator]();
  const bytes = createByteSource(async () => {
    const next = await iterator.next();
    return next.done === true ? undefined : next.value;
  });
  let zero = begin;
  for await (const { seconds, pcm } of readTimedPcm(bytes, channels)) {
    zero ??= seconds;
    yield { seconds: seconds - zero, channels: decodePcm(pcm, 's16le', channels) };
  }
}

/**
 * Where ffmpeg is missing, says so only of a recording that ffmpeg could decode, not of one that is broken in any
 * case.
 */
async function orNeedsFfmpeg<T>(
  name: string,
  kind: RecordingKind | undefined,
  work: Promise<T>,
  lack?: string,
): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof FfmpegMissingError)) throw error;
    throw lack === undefined ? needsFfmpeg(name, kind, error) : brokenRecording(name, kind, lack);
  });
}
