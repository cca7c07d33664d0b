import type { SpeechError } from '../../speech-error.js';
import type { DecodingOptions, Recording } from '../decode-recording.js';
import { errorOf, failed } from './decoding-errors.js';
import type { MemoryBudget } from './memory-budget.js';
import type { DecodingFailure, OpenedRecording } from './message-schemas.js';
import { superviseDecoder } from './supervise-decoder.js';
import { createSoundQueue } from './sound-queue.js';
import type { DecoderSource } from './source-pieces.js';

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
  {
    name = 'The recording',
    track,
    channel,
    maxSeconds,
    memory,
    onDamage,
    onStart,
    onEnd,
  }: DecodeApartOptions,
): Promise<Recording> {
  const sound = createSoundQueue();
  const opening = createOpening();
  let damage: DecodingFailure | undefined;

  const run = { name, track, channel, maxSeconds, memory, onStart };
  const end = await superviseDecoder(source, run, {
    onOpened: opening.succeed,
    onSound: (block) => sound.put(block),
    onDone: (found) => {
      damage = found;
    },
    onEnd: (error) => {
      opening.fail(error ?? failed(name));
      sound.end(error);
      onEnd();
    },
  });
  const { durationSeconds, ...format } = await opening.opened;
  return {
    durationSeconds,
    ...format,
    async *chunks() {
      opening.begin();
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

/** A recording that is being opened. */
interface Opening {
  readonly opened: Promise<OpenedRecording>;
  /** Notes that the recording is open. Resolves when somebody wants its sound: until then, the decoder waits. */
  readonly succeed: (opened: OpenedRecording) => Promise<void>;
  readonly fail: (error: unknown) => void;
  /** Notes that somebody wants the sound. */
  readonly begin: () => void;
}

function createOpening(): Opening {
  let settle: Pick<Opening, 'fail'> & { readonly resolve: (opened: OpenedRecording) => void };
  const opened = new Promise<OpenedRecording>((resolve, reject) => (settle = { resolve, fail: reject }));
  // It may fail before anybody waits for it.
  opened.catch(() => undefined);
  let begin = (): void => undefined;
  return {
    opened,
    succeed: (recording) =>
      new Promise((resolve) => {
        begin = resolve;
        settle.resolve(recording);
      }),
    fail: (error) => {
      settle.fail(error);
    },
    begin: () => {
      begin();
    },
  };
}
