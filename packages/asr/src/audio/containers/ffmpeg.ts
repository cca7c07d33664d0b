import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SpeechError } from '../../speech-error.js';
import { decodePcm } from '../pcm.js';
import { SAMPLE_RATE } from '../sample-rate.js';
import type { DecodedAudio, DecodedBlock, RecordingInput } from './container.js';
import { mp4InOrder } from './mp4-in-order.js';

/** Whatever else ffmpeg can read, when it is installed: the first audio track of MP4, WebM, AMR, WMA and so on. */
export function openWithFfmpeg(input: RecordingInput): Promise<DecodedAudio> {
  return Promise.resolve({ durationSeconds: undefined, blocks: decodeBlocks(input) });
}

/** One block: a quarter of a second. */
const BLOCK_BYTES = SAMPLE_RATE / 2;

async function* decodeBlocks(input: RecordingInput): AsyncGenerator<DecodedBlock, string | undefined> {
  const ffmpeg = spawn('ffmpeg', ffmpegArguments(input), { stdio: ['pipe', 'pipe', 'ignore'] });
  const started = new Promise<void>((resolve, reject) => {
    ffmpeg.once('spawn', resolve);
    ffmpeg.once('error', reject);
  });
  try {
    await started;
  } catch (cause) {
    throw unknownWithoutFfmpeg(input.name, cause);
  }

  const exited = once(ffmpeg, 'exit') as Promise<[number | null]>;
  const fed = feed(input, ffmpeg.stdin);
  let decodedAny = false;
  try {
    for await (const bytes of wholeBlocks(ffmpeg.stdout)) {
      decodedAny = true;
      yield { channels: decodePcm(bytes, 's16le'), sampleRate: SAMPLE_RATE };
    }
    const [exitCode] = await exited;
    await fed;
    if (!decodedAny) throw withoutAudio(input.name);
    return exitCode === 0 ? undefined : 'could not be decoded to its end';
  } finally {
    ffmpeg.kill('SIGKILL');
  }
}

/**
 * Files that have a path are opened by ffmpeg itself, because MP4 needs to be read from behind; only as files, so that a
 * crafted playlist cannot make it fetch anything from the network.
 */
function ffmpegArguments({ file }: RecordingInput): string[] {
  const from =
    file?.path === undefined
      ? ['-protocol_whitelist', 'pipe', '-i', 'pipe:0']
      : ['-protocol_whitelist', 'file', '-i', `file:${file.path}`];
  return [
    '-nostdin',
    '-v',
    'error',
    ...from,
    '-map',
    '0:a:0',
    '-f',
    's16le',
    '-ac',
    '1',
    '-ar',
    String(SAMPLE_RATE),
    'pipe:1',
  ];
}

/** ffmpeg may stop listening at any time; its exit code says then what there is to say. */
async function feed({ file, bytes }: RecordingInput, stdin: NodeJS.WritableStream): Promise<void> {
  if (file?.path !== undefined) {
    stdin.end();
    return;
  }
  const inOrder = file && (await mp4InOrder(file).catch(() => undefined));
  await pipeline(Readable.from(inOrder ?? bytes.blocks(BLOCK_BYTES)), stdin).catch(() => undefined);
}

/** Pipes cut where they like: holds an odd byte back until its other half comes. */
async function* wholeBlocks(stream: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array, void> {
  let rest = Buffer.alloc(0);
  for await (const piece of stream) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 2);
    for (let start = 0; start < whole; start += BLOCK_BYTES) {
      yield bytes.subarray(start, Math.min(whole, start + BLOCK_BYTES));
    }
    rest = bytes.subarray(whole);
  }
}

function unknownWithoutFfmpeg(name: string, cause: unknown): SpeechError {
  return new SpeechError(
    'unsupported_audio',
    `${name} is not WAV, FLAC, MP3, Ogg/Opus or Ogg/Vorbis.`,
    'Convert it to one of these, or install ffmpeg, which reads most others.',
    { cause },
  );
}

function withoutAudio(name: string): SpeechError {
  return new SpeechError(
    'unsupported_audio',
    `${name} holds no audio that can be read.`,
    'Give a recording, such as WAV, FLAC, MP3, Ogg or anything that ffmpeg reads.',
  );
}
