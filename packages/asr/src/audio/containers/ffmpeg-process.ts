import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { childEnvironment } from '../../child-environment.js';
import { findProgram } from '../../find-program.js';
import { SAMPLE_RATE } from '../sample-rate.js';
import {
  FfmpegMissingError,
  type FfmpegEnd,
  type FfmpegInput,
  type FfmpegJob,
  type StartFfmpeg,
} from './ffmpeg-job.js';
import { bytesInOrder } from './mp4-in-order.js';

/**
 * Starts a program of ffmpeg as a child of this process, with nothing of this process's environment and, where the
 * system has `prlimit`, with limits of its own. Throws `FfmpegMissingError`.
 */
export const startFfmpeg: StartFfmpeg = async (job, input) => {
  const [program, prlimit] = await Promise.all([findProgram(job.program), findProgram('prlimit')]);
  if (program === undefined) throw new FfmpegMissingError(job.program);
  const [before, after] = argumentsOf(job);
  const command = [program, ...before, ...inputArguments(input), ...after];
  const [first, ...rest] = prlimit === undefined ? command : [prlimit, ...LIMITS, ...command];
  const child = spawn(first ?? program, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: childEnvironment('ffmpeg'),
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new FfmpegMissingError(job.program, { cause });
  }
  const heard = listen(child.stderr);
  const fed = feed(input, child.stdin);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    pid: child.pid,
    output: child.stdout,
    ended: Promise.all([closed, fed]).then(([[exitCode]]) => ({ exitCode, ...heard() })),
    kill: () => {
      end(child);
    },
  };
};

/**
 * Limits of a program: it can write no files and no core dump, and is ended if it takes far too much memory (bytes) or
 * processor time (seconds).
 */
const LIMITS = ['--data=536870912', '--cpu=3600', '--fsize=0', '--core=0', '--nofile=32', '--'];

/** The largest piece of memory that may be allocated, bytes: an index for a day of sound takes less. */
const MOST_ALLOCATED = 64 * 1024 ** 2;

/** Options before the input, and after it. */
function argumentsOf(job: FfmpegJob): readonly [readonly string[], readonly string[]] {
  const limits = ['-max_alloc', `${MOST_ALLOCATED}`, '-threads', '1'];
  if (job.program === 'ffprobe')
    return [
      ['-v', 'error', ...limits, ...LOOK_AHEAD],
      ['-show_entries', ENTRIES, '-of', 'json'],
    ];
  if (job.live !== undefined) {
    const samples = ['-c:a', 'pcm_s16le', '-ac', `${job.live.channels}`, '-ar', `${SAMPLE_RATE}`];
    return [
      ['-nostdin', '-hide_banner', '-nostats', '-v', 'error', ...limits, ...AS_IT_COMES],
      ['-map', '0:a:0', ...samples, '-flush_packets', '1', '-f', 's16le', 'pipe:1'],
    ];
  }
  const { track, channels, tellsTracks } = job;
  const level = ['-v', tellsTracks ? 'level+info' : 'error'];
  const times = ['-copyts', '-dts_error_threshold', `${NEVER}`];
  const format = ['-c:a', 'pcm_s16le', '-ac', `${channels}`, '-ar', `${SAMPLE_RATE}`];
  const map = ['-map', track === 'first' ? '0:a:0' : `0:${track}`];
  return [
    ['-nostdin', '-hide_banner', '-nostats', ...level, ...limits, ...times, ...LOOK_AHEAD],
    [...map, ...format, '-avoid_negative_ts', 'disabled', '-f', 'matroska', 'pipe:1'],
  ];
}

/** The fields that ffprobe is asked for. */
const ENTRIES =
  'format=format_name,start_time,duration:stream=index,codec_type,channels:stream_disposition=attached_pic';

/** Longer than any gap, seconds, so that ffmpeg corrects no times: that is done here. */
const NEVER = 1_000_000_000;

/**
 * How far ffmpeg looks for tracks that begin late, microseconds and bytes; the limit that is reached first ends the search.
 */
const LOOK_AHEAD = ['-analyzeduration', '100000000', '-probesize', '33554432'];

/** Looks no further than at the first header, and holds nothing back. */
const AS_IT_COMES = [
  '-probesize',
  '32',
  '-analyzeduration',
  '0',
  '-fflags',
  'nobuffer',
  '-flags',
  'low_delay',
];

/** Names the input, only as a file or a pipe, so that a crafted playlist cannot make ffmpeg fetch anything from the network. */
function inputArguments(input: FfmpegInput): readonly string[] {
  return input.type === 'path'
    ? ['-protocol_whitelist', 'file', '-i', `file:${input.path}`]
    : ['-protocol_whitelist', 'pipe', '-i', 'pipe:0'];
}

/** Writes the input to the program. It may stop reading at any time; its exit code tells whether that is a failure. */
async function feed(input: FfmpegInput, stdin: Writable): Promise<void> {
  if (input.type === 'path') {
    stdin.on('error', () => undefined).end();
    return;
  }
  const bytes = await bytesInOrder(input);
  await pipeline(Readable.from(bytes, { objectMode: true, highWaterMark: 1 }), stdin).catch(() => undefined);
}

function end(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  child.kill('SIGKILL');
  child.stdin.destroy();
  child.stdout.destroy();
}

/** How much of a line is looked at, characters. */
const LINE_LENGTH = 1_000;

/**
 * Returns a function that sums up the lines so far. Keeps reading, so that the program never blocks on its messages.
 */
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

/** A track of the input, and the line after all of them, as ffmpeg lists them. */
const TRACK = /^\[info\] +Stream #0:\d+.*: Audio: /u;
const OUTPUT = /^\[info\] Output #0/u;

/** Whether a line is a complaint. Lines name their level if that was asked for; otherwise only errors are printed. */
function isComplaint(line: string): boolean {
  const level = /\[(info|warning|verbose|error|fatal|panic)\] /u.exec(line)?.[1];
  if (level === 'info' || level === 'warning' || level === 'verbose') return false;
  return (level !== undefined || !/^(?: |$)/u.test(line)) && !HARMLESS.test(line);
}

/**
 * Complaints that sound recordings cause too: about pictures and texts in them, and about times, which are checked
 * elsewhere.
 */
const HARMLESS =
  /non.monoton|Could not find codec parameters|chapter track|Last message repeated|attached pic|\[(?:mjpeg|png|h264|hevc|vp8|vp9|av1) @/iu;
