import { createByteSource } from '../byte-source.js';
import type { RecordingInput } from '../containers/container.js';
import { decodeRecording } from '../decode-recording.js';
import { loadResampling } from '../resample.js';
import { SpeechError } from '../../speech-error.js';
import { askForFfmpeg } from './asked-ffmpeg.js';
import type { DecodingEnd, DecodingFailure, OpenedRecording, ReadRange } from './message-schemas.js';
import { type DecodingTask, FAILURE_CODES, MOST_SAMPLES, PIECE_BYTES, questions } from './messages.js';
import { openServerLink, payloadOf } from './server-link.js';
import { liveFailureOf, tellLive } from './tell-live.js';

// The entry of a process that decodes one recording: it asks for the bytes piece by piece, and is asked for the
// sound.

// Decoders report each bad frame on the console, where it must not show.
console.error = () => undefined;
console.warn = () => undefined;

// The server decides when its decoders end. Ctrl-C reaches the whole process group, but must not end them.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const link = openServerLink(process.stdin, process.stdout, () => process.exit(0));

async function decode(): Promise<void> {
  // Loaded now, since a decoder can open no files once it is ready.
  await loadResampling();
  const task = JSON.parse((await link.ask(questions.ready)).toString()) as DecodingTask;
  try {
    if (task.live) await tellLive(link, task, task.live);
    link.tell(questions.done, payloadOf(task.live ? {} : await tellOf(task)));
  } catch (error) {
    const failure = failureOf(error);
    link.tell(questions.failed, payloadOf(task.live ? liveFailureOf(failure) : failure));
  }
}

async function tellOf({ name, size, track, channel, maxSeconds }: DecodingTask): Promise<DecodingEnd> {
  let end: DecodingEnd = {};
  const recording = await decodeRecording(
    { input: inputOf(name, size), close: () => Promise.resolve() },
    {
      name,
      onDamage: (error) => (end = { damage: failureOf(error) }),
      track,
      channel,
      maxSeconds,
    },
  );
  const { durationSeconds, sampleRate, tracks, channels } = recording;
  const opened: OpenedRecording = { durationSeconds, sampleRate, tracks, channels };
  await link.ask(questions.opened, payloadOf(opened));
  // The next block is decoded while the last one is on its way.
  let isTaken: Promise<unknown> = Promise.resolve();
  for await (const samples of recording.chunks()) {
    for (let at = 0; at < samples.length; at += MOST_SAMPLES) {
      const { buffer, byteOffset, byteLength } = samples.subarray(at, at + MOST_SAMPLES);
      await isTaken;
      isTaken = link.ask(questions.sound, new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  await isTaken;
  return end;
}

function inputOf(name: string, size: number | undefined): RecordingInput {
  const startFfmpeg = askForFfmpeg(link);
  if (size === undefined) {
    const bytes = createByteSource(async () => {
      const next = await link.ask(questions.read);
      return next.length === 0 ? undefined : next;
    });
    return { name, bytes, startFfmpeg };
  }
  const piece = (start: number, end: number): Promise<Uint8Array> => {
    const range: ReadRange = { start, end: Math.min(end, start + PIECE_BYTES) };
    return link.ask(questions.read, payloadOf(range));
  };
  const read = async function* (start: number, end: number): AsyncGenerator<Uint8Array, void> {
    const stop = Math.min(end, size);
    // The next piece is on its way while this one is decoded.
    let coming = start < stop ? piece(start, stop) : undefined;
    for (let at = start; coming !== undefined;) {
      const bytes = await coming;
      at += bytes.length;
      coming = bytes.length > 0 && at < stop ? piece(at, stop) : undefined;
      if (bytes.length > 0) yield bytes;
    }
  };
  const front = read(0, size);
  const bytes = createByteSource(async () => {
    const next = await front.next();
    return next.done === true ? undefined : next.value;
  });
  return { name, bytes, file: { path: undefined, size, read }, startFfmpeg };
}

/** Unexpected errors may quote anything, so their messages are not passed on. */
function failureOf(error: unknown): DecodingFailure {
  if (error instanceof SpeechError) {
    const code = FAILURE_CODES.find((known) => known === error.code);
    if (code !== undefined) return { code, message: error.message, remedy: error.remedy };
  }
  return {
    code: 'decoder_failed',
    message: 'The recording made its decoder fail.',
    remedy: 'Convert it to another format, such as WAV or FLAC, and try again.',
  };
}

void decode();
