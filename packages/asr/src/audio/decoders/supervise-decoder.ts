import { SAMPLE_RATE } from '../sample-rate.js';
import { createReplies, type DecodingListener } from './decoder-replies.js';
import { type DecoderProcess, startDecoderProcess } from './decoder-process.js';
import { excessive, failed, tooLong } from './decoding-errors.js';
import type { PipeFrame } from './frames.js';
import type { MemoryBudget } from './memory-budget.js';
import { ANSWER, MOST_QUESTIONS } from './messages.js';
import { createRequestedPrograms } from './requested-programs.js';
import { type DecoderSource, openSourcePieces } from './source-pieces.js';
import { watchUsage } from './usage-watch.js';

/** What to decode of a recording, and what that may cost. */
export interface SuperviseOptions {
  readonly name: string;
  readonly track: number | undefined;
  readonly maxSeconds: number | undefined;
  readonly memory: MemoryBudget;
  /** Is given what ends it early, with the reason. */
  readonly onStart: (end: EndDecoder) => void;
}

/** Ends the decoder, its programs and its reading, once. */
export type EndDecoder = (error?: unknown) => void;

/** Told what a decoder reports, and that it has ended, by itself or because of an error. */
export interface SuperviseListener extends Pick<DecodingListener, 'onOpened' | 'onSound'> {
  readonly onDone: DecodingListener['onDone'];
  readonly onEnd: EndDecoder;
}

/**
 * Runs the process that decodes a recording, answers it and bounds what it uses. Resolves when it has
 * started.
 */
export async function superviseDecoder(
  source: DecoderSource,
  { name, track, maxSeconds, memory, onStart }: SuperviseOptions,
  listener: SuperviseListener,
): Promise<EndDecoder> {
  const pieces = openSourcePieces(source);
  const programs = createRequestedPrograms();
  let decoder: DecoderProcess | undefined;
  let samples = 0;
  let hasEnded = false;
  /** Questions waiting for an answer. */
  let asked = 0;

  const end: EndDecoder = (error) => {
    if (hasEnded) return;
    hasEnded = true;
    watch.end();
    decoder?.kill();
    programs.killAll();
    void pieces.close().catch(() => undefined);
    listener.onEnd(error);
  };
  const fail = (): void => {
    end(failed(name));
  };

  const reply = createReplies({
    task: { name, size: pieces.size, track, maxSeconds },
    pid: () => decoder?.pid,
    pieces,
    programs,
    listener: {
      onOpened: listener.onOpened,
      onSound: (block) => {
        samples += block.length;
        if (samples > (maxSeconds ?? Number.POSITIVE_INFINITY) * SAMPLE_RATE) throw tooLong(name, maxSeconds);
        return listener.onSound(block);
      },
      onDone: (damage) => {
        listener.onDone(damage);
        end();
      },
      onFailed: end,
    },
  });

  const receive = (question: PipeFrame): void => {
    if (hasEnded) return;
    watch.heard();
    asked += 1;
    if (asked > MOST_QUESTIONS) {
      fail();
      return;
    }
    reply(question).then(
      (payload) => {
        if (payload === undefined) return;
        asked -= 1;
        decoder?.send({ id: question.id, type: ANSWER, payload: Buffer.from(payload) });
      },
      (error: unknown) => {
        // A message that no decoder may send is its failure; a fault of the recording is not.
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
    // While ffmpeg works, every question of a decoder is answered late.
    isExpected: () => asked === 0 || programs.pids().length > 0,
    memory,
    onExcess: (excess) => {
      end(excessive(name, excess));
    },
  });
  onStart(end);
  try {
    decoder = await startDecoderProcess({ onFrame: receive, onNonsense: fail, onExit: fail });
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been ended while it started
    if (hasEnded) decoder.kill();
  } catch (error) {
    end(error);
  }
  return end;
}

function isNonsense(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    (error instanceof Error && error.name.includes('ZodError'))
  );
}
