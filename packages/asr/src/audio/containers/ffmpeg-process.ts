import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecordingFile } from './container.js';
import { mp4InOrder } from './mp4-in-order.js';

/** Where ffmpeg gets a recording from. */
export type FfmpegInput =
  /** A file of the system that holds nothing else: MP4 is read from behind. */
  | { readonly type: 'path'; readonly path: string }
  /** What can be read again and again, but by this process only. */
  | { readonly type: 'stored'; readonly file: RecordingFile }
  /** What comes once. */
  | { readonly type: 'stream'; readonly bytes: () => AsyncIterable<Uint8Array> };

/** A running ffmpeg or ffprobe. */
export interface FfmpegProcess {
  readonly stdout: Readable;
  readonly ended: Promise<FfmpegEnd>;
  readonly kill: () => void;
}

/** What is known of a program that has ended. */
interface FfmpegEnd {
  readonly exitCode: number | null;
  /** Lines about what could not be read, without those that are harmless. */
  readonly complaints: number;
  /** Tracks of sound that it has named; 0 where it was not asked to. */
  readonly tracks: number;
}

/** The program is not there, or may not be started. */
export class FfmpegMissingError extends Error {
  override readonly name = 'FfmpegMissingError';
}

/** Starts a program of ffmpeg with arguments before and after the one for its input. Throws `FfmpegMissingError`. */
export async function startFfmpeg(
  program: 'ffmpeg' | 'ffprobe',
  input: FfmpegInput,
  before: readonly string[],
  after: readonly string[],
): Promise<FfmpegProcess> {
  const child = spawn(program, [...before, ...inputArguments(input), ...after], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new FfmpegMissingError(program, { cause });
  }
  const heard = listen(child.stderr);
  const fed = feed(input, child.stdin);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    stdout: child.stdout,
    ended: Promise.all([closed, fed]).then(([[exitCode]]) => ({ exitCode, ...heard() })),
    kill: () => {
      end(child);
    },
  };
}

/**
 * Only as a file or a pipe, so that a crafted playlist cannot make it fetch anything from the network.
 */
function inputArguments(input: FfmpegInput): readonly string[] {
  return input.type === 'path'
    ? ['-protocol_whitelist', 'file', '-i', `file:${input.path}`]
    : ['-protocol_whitelist', 'pipe', '-i', 'pipe:0'];
}

/** It may stop listening at any time; its exit code says then what there is to say. */
async function feed(input: FfmpegInput, stdin: Writable): Promise<void> {
  if (input.type === 'path') {
    stdin.on('error', () => undefined).end();
    return;
  }
  const bytes = input.type === 'stream' ? input.bytes() : await inOrder(input.file);
  await pipeline(Readable.from(bytes, { objectMode: true, highWaterMark: 1 }), stdin).catch(() => undefined);
}

async function inOrder(file: RecordingFile): Promise<AsyncIterable<Uint8Array>> {
  return (await mp4InOrder(file).catch(() => undefined)) ?? file.read(0, file.size);
}

function end(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  child.kill('SIGKILL');
  child.stdin.destroy();
  child.stdout.destroy();
}

/** Characters of a line that are looked at. */
const LINE_LENGTH = 1_000;

/** Returns what tells of the lines so far. Reads on, so that the program is never held up by what it says. */
function listen(stderr: Readable): () => Pick<FfmpegEnd, 'complaints' | 'tracks'> {
  let complaints = 0;
  let tracks = 0;
  let rest = '';
  let isInput = true;
  const take = (line: string): void => {
    isInput &&= !OUTPUT.test(line);
    if (isComplaint(line)) complaints += 1;
    else if (isInput && TRACK.test(line)) tracks += 1;
  };
  stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-LINE_LENGTH);
    lines.forEach(take);
  });
  return () => ({ complaints, tracks });
}

/** A track of the input, and what comes behind all of them, as ffmpeg lists it. */
const TRACK = /^\[info\] +Stream #0:\d+.*: Audio: /u;
const OUTPUT = /^\[info\] Output #0/u;

/** Lines tell how bad they are where that was asked for; otherwise there are only such as tell of errors. */
function isComplaint(line: string): boolean {
  const level = /\[(info|warning|verbose|error|fatal|panic)\] /u.exec(line)?.[1];
  if (level === 'info' || level === 'warning' || level === 'verbose') return false;
  return (level !== undefined || !/^(?: |$)/u.test(line)) && !HARMLESS.test(line);
}

/** What is said about whole recordings, too: of pictures and texts in them, of times, which are looked at elsewhere. */
const HARMLESS =
  /non.monoton|Could not find codec parameters|chapter track|Last message repeated|attached pic|\[(?:mjpeg|png|h264|hevc|vp8|vp9|av1) @/iu;
