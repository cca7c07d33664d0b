import { closeToTheWorld } from './confinement.js';
import { errorOf } from './decoding-errors.js';
import type { PipeFrame } from './frames.js';
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
import { type DecodingTask, MOST_SAMPLES, questions } from './messages.js';
import type { RequestedPrograms } from './requested-programs.js';
import type { SourcePieces } from './source-pieces.js';

/** Hears what a decoder reports of its recording. */
export interface DecodingListener {
  /** Resolves when the decoder may go on. */
  readonly onOpened: (opened: OpenedRecording) => Promise<void>;
  /** Resolves when there is room for more. */
  readonly onSound: (block: Float32Array) => Promise<void>;
  /** Called when all undamaged parts of the recording are decoded. */
  readonly onDone: (damage: DecodingFailure | undefined) => void;
  readonly onFailed: (error: unknown) => void;
}

interface ReplyParts {
  readonly task: DecodingTask;
  /** Process id of the decoder. */
  readonly pid: () => number | undefined;
  readonly pieces: SourcePieces;
  readonly programs: RequestedPrograms;
  readonly listener: DecodingListener;
}

/**
 * The answer to a decoder's question; undefined if it gets none. Rejects with a `RangeError`, or a schema's
 * error, if the question makes no sense.
 */
export function createReplies(parts: ReplyParts): (question: PipeFrame) => Promise<Uint8Array | undefined> {
  const { task, pid, pieces, programs, listener } = parts;
  return async ({ type, payload }) => {
    switch (type) {
      case questions.ready: {
        const decoder = pid();
        if (decoder !== undefined) await closeToTheWorld(decoder);
        return Buffer.from(JSON.stringify(task));
      }
      case questions.read:
        return pieces.read(payload.length === 0 ? undefined : parsePayload(readRange, payload));
      case questions.opened:
        await listener.onOpened(parsePayload(openedRecording, payload));
        return NOTHING;
      case questions.sound:
        await listener.onSound(soundOf(payload));
        return NOTHING;
      case questions.done:
        listener.onDone(parsePayload(decodingEnd, payload).damage);
        return undefined;
      case questions.failed:
        listener.onFailed(errorOf(parsePayload(decodingFailure, payload)));
        return undefined;
      default:
        return replyOfProgram(programs, type, payload);
    }
  };
}

/** The answer to a decoder that has a program decode for it. */
async function replyOfProgram(
  programs: RequestedPrograms,
  type: number,
  payload: Buffer,
): Promise<Uint8Array> {
  switch (type) {
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
}

const NOTHING = new Uint8Array(0);

function yesOrNo(isSo: boolean): Uint8Array {
  return Uint8Array.of(isSo ? 1 : 0);
}

function numberOf(payload: Buffer): number {
  return payload.readUInt32LE(0);
}

/** The samples in a message. Throws a `RangeError` if some are not numbers, or if there are more than may come at a time. */
function soundOf(payload: Buffer): Float32Array {
  const block = new Float32Array(payload.length / Float32Array.BYTES_PER_ELEMENT);
  if (block.length === 0 || block.length > MOST_SAMPLES) throw new RangeError('no block of sound');
  new Uint8Array(block.buffer).set(payload);
  // Not by `every`, which takes ten times as long.
  for (const sample of block) if (!(Math.abs(sample) < LOUDEST)) throw new RangeError('no sound');
  return block;
}

/** Full scale is 1. */
const LOUDEST = 1e9;
