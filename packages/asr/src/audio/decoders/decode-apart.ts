import { SpeechError } from '../../speech-error.js';
import type { DecodingOptions, Recording } from '../decode-recording.js';
import { SAMPLE_RATE } from '../sample-rate.js';
import { closeToTheWorld } from './confinement.js';
import { type DecoderProcess, startDecoderProcess } from './decoder-process.js';
import type { Frame } from './frames.js';
import {
  decodingEnd,
  decodingFailure,
  type DecodingFailure,
  ffmpegQuestion,
  openedRecording,
  type OpenedRecording,
  parsePayload,
  readRange,
} from './message-schemas.js';
import { ANSWER, type DecodingTask, MOST_QUESTIONS, MOST_SAMPLES, questions } from './messages.js';
import type { MemoryBudget } from './memory-budget.js';
import { createRequestedPrograms } from './requested-programs.js';
import { createSoundQueue } from './sound-queue.js';
import { type DecoderSource, piecesOf } from './source-pieces.js';
import { type Excess, watchUsage } from './usage-watch.js';

/** How a recording is decoded in a process of its own. */
export interface DecodeApartOptions extends DecodingOptions {
  /** The memory that it shares with other decoders. */
  readonly memory: MemoryBudget;
  /** Receives a function that ends it early, with the reason. */
  readonly onStart: (close: (reason: SpeechError) => void) => void;
  readonly onEnd: () => void;
}

/**
 * Decodes a recording as `openRecording` does, in a process of its own that can do nothing else: it asks for the
 * bytes and gives back sound. Throws as `openRecording` does, and also `recording_too_long`, `decoding_too_costly` if
 * it takes more memory or time than suits its length, and `decoder_failed` if the process ends or hangs.
 */
export async function decodeApart(
  source: DecoderSource,
  { name = 'The recording', track, maxSeconds, memory, onDamage, onStart, onEnd }: DecodeApartOptions,
): Promise<Recording> {
  const pieces = piecesOf(source);
  const programs = createRequestedPrograms();
  const sound = createSoundQueue();
  let settleOpened: {
    readonly resolve: (opened: OpenedRecording) => void;
    readonly reject: (error: unknown) => void;
  };
  const opened = new Promise<OpenedRecording>((resolve, reject) => (settleOpened = { resolve, reject }));
  let decoder: DecoderProcess | undefined;
  let samples = 0;
  let damage: DecodingFailure | undefined;
  let begin = (): void => undefined;
  let hasEnded = false;
  const isOver = (): boolean => hasEnded;
  /** Questions that wait for an answer. */
  let asked = 0;

  const end = (error?: unknown): void => {
    if (hasEnded) return;
    hasEnded = true;
    watch.end();
    decoder?.kill();
    programs.killAll();
    void pieces.close().catch(() => undefined);
    settleOpened.reject(error ?? failed(name));
    sound.end(error);
    onEnd();
  };
  const answer = (id: number, payload: Uint8Array): void => {
    asked -= 1;
    decoder?.send({ id, type: ANSWER, payload: Buffer.from(payload) });
  };

  /** The answer to a frame; undefined where it gets none. */
  const reply = async ({ type, payload }: Frame): Promise<Uint8Array | undefined> => {
    switch (type) {
      case questions.ready: {
        if (decoder?.pid !== undefined) await closeToTheWorld(decoder.pid);
        const task: DecodingTask = { name, size: pieces.size, track, maxSeconds };
        return Buffer.from(JSON.stringify(task));
      }
      case questions.read:
        return pieces.read(payload.length === 0 ? undefined : parsePayload(readRange, payload));
      case questions.opened:
        return new Promise((resolve) => {
          begin = () => {
            resolve(NOTHING);
          };
          settleOpened.resolve(parsePayload(openedRecording, payload));
        });
      case questions.sound: {
        const block = soundOf(payload);
        samples += block.length;
        if (samples > (maxSeconds ?? Number.POSITIVE_INFINITY) * SAMPLE_RATE) throw tooLong(name, maxSeconds);
        await sound.put(block);
        return NOTHING;
      }
      case questions.done:
        ({ damage } = parsePayload(decodingEnd, payload));
        end();
        return undefined;
      case questions.failed:
        end(errorOf(parsePayload(decodingFailure, payload)));
        return undefined;
      case questions.ffmpeg:
        return yesOrNo(await programs.start(parsePayload(ffmpegQuestion, payload)));
      case questions.feed:
        return yesOrNo(await programs.feed(numberOf(payload), payload.subarray(4)));
      case questions.take:
        return programs.take(numberOf(payload));
      case questions.ended:
        return Buffer.from(JSON.stringify(await programs.ended(numberOf(payload))));
      case questions.kill:
        programs.kill(numberOf(payload));
        return NOTHING;
      default:
        throw new RangeError('no such question');
    }
  };
  const receive = (frame: Frame): void => {
    if (hasEnded) return;
    watch.heard();
    asked += 1;
    if (asked > MOST_QUESTIONS) {
      end(failed(name));
      return;
    }
    reply(frame).then(
      (payload) => {
        if (payload !== undefined) answer(frame.id, payload);
      },
      (error: unknown) => {
        // A message that a decoder may not send is a failure of the decoder; a source that cannot be read is not.
        end(isNonsense(error) ? failed(name) : error);
      },
    );
  };

  const watch = watchUsage({
    decoder: () => decoder?.pid,
    programs: () => programs.pids(),
    startedPrograms: () => programs.started(),
    inputBytes: () => pieces.size ?? pieces.given(),
    outputSeconds: () => samples / SAMPLE_RATE,
    // While ffmpeg works, the decoder's questions are answered late.
    isExpected: () => asked === 0 || programs.pids().length > 0,
    memory,
    onExcess: (excess) => {
      end(excessive(name, excess));
    },
  });
  // It may fail before anybody waits for it.
  opened.catch(() => undefined);
  onStart(end);
  try {
    decoder = await startDecoderProcess({
      onFrame: receive,
      onNonsense: () => {
        end(failed(name));
      },
      onExit: () => {
        end(failed(name));
      },
    });
    if (isOver()) decoder.kill();
  } catch (error) {
    end(error);
  }
  const { durationSeconds, ...format } = await opened;
  return {
    durationSeconds,
    ...format,
    async *chunks() {
      begin();
      try {
        for (;;) {
          const block = await sound.next();
          if (block === undefined) break;
          yield block;
        }
        if (damage === undefined) return;
        if (onDamage === undefined) throw errorOf(damage);
        onDamage(errorOf(damage));
      } finally {
        end();
      }
    },
    close: () => {
      end();
      return Promise.resolve();
    },
  };
}

const NOTHING = new Uint8Array(0);

function yesOrNo(isSo: boolean): Uint8Array {
  return Uint8Array.of(isSo ? 1 : 0);
}

function numberOf(payload: Buffer): number {
  return payload.readUInt32LE(0);
}

/** Samples of sound. Throws a `RangeError` if they are too many or not all numbers. */
function soundOf(payload: Buffer): Float32Array {
  const block = new Float32Array(payload.length / Float32Array.BYTES_PER_ELEMENT);
  if (block.length === 0 || block.length > MOST_SAMPLES) throw new RangeError('no block of sound');
  new Uint8Array(block.buffer).set(payload);
  // Not with `every`, which takes ten times as long.
  for (const sample of block) if (!(Math.abs(sample) < LOUDEST)) throw new RangeError('no sound');
  return block;
}

/** Full scale is 1. */
const LOUDEST = 1e9;

function isNonsense(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    (error instanceof Error && error.name.includes('ZodError'))
  );
}

function errorOf({ code, message, remedy }: DecodingFailure): SpeechError {
  return new SpeechError(code, message, remedy);
}

function failed(name: string): SpeechError {
  return new SpeechError(
    'decoder_failed',
    `${name} made its decoder fail.`,
    'Convert it to another format, such as WAV or FLAC, and try again.',
  );
}

function excessive(name: string, excess: Excess): SpeechError {
  if (excess === 'hung') return failed(name);
  const what = excess === 'memory' ? 'memory' : 'time';
  return new SpeechError(
    'decoding_too_costly',
    `${name} takes more ${what} to decode than goes with its length.`,
    'Convert it to another format, such as WAV or FLAC.',
  );
}

function tooLong(name: string, maxSeconds = 0): SpeechError {
  return new SpeechError(
    'recording_too_long',
    `${name} is longer than ${maxSeconds / 60} minutes.`,
    'Cut it into parts.',
  );
}
