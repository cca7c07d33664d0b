import { SAMPLE_RATE } from '../sample-rate.js';
import { type AnsweredQuestions, answerQuestions } from './answered-questions.js';
import { createReplies, type DecodingListener } from './decoder-replies.js';
import { createDecoderToStart, type DecoderToStart } from './decoder-to-start.js';
import { excessive, failed, tooLong } from './decoding-errors.js';
import type { PipeFrame } from './frames.js';
import type { MemoryBudget } from './memory-budget.js';
import type { LiveTask } from './messages.js';
import { createRequestedPrograms, type RequestedPrograms } from './requested-programs.js';
import { type DecoderSource, openSourcePieces, type SourcePieces } from './source-pieces.js';
import { watchUsage, type Watched } from './usage-watch.js';

/** What to decode of a recording, and what that may cost. */
export interface SuperviseOptions {
  readonly name: string;
  readonly track?: number | undefined;
  readonly channel?: number | undefined;
  readonly maxSeconds: number | undefined;
  readonly live?: LiveTask;
  readonly memory: MemoryBudget;
  /** Resolves when the decoder may start, with a function that tells that it has, or that it never will. */
  readonly turn?: () => Promise<() => void>;
  /** Receives a function that ends the decoder early, with a reason. */
  readonly onStart: (end: EndDecoder) => void;
}

/** Ends the decoder, its programs and its reading, once. */
export type EndDecoder = (error?: unknown) => void;

/** Hears what a decoder reports, and that it has ended, by itself or because of an error. */
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
  { name, track, channel, maxSeconds, live, memory, turn, onStart }: SuperviseOptions,
  listener: SuperviseListener,
): Promise<EndDecoder> {
  const pieces = openSourcePieces(source);
  const programs = createRequestedPrograms();
  const decoder = createDecoderToStart();
  const sound = countSound(name, maxSeconds);
  let hasEnded = false;
  const isOver = (): boolean => hasEnded;
  let freeTurn = (): void => undefined;

  const end: EndDecoder = (error) => {
    if (hasEnded) return;
    hasEnded = true;
    freeTurn();
    watch.end();
    decoder.kill();
    programs.killAll();
    void pieces.close().catch(() => undefined);
    listener.onEnd(error);
  };
  const fail = (): void => {
    end(failed(name));
  };

  const task = { name, size: pieces.size, track, channel, maxSeconds, live };
  const reports = countedReports(listener, sound, end);
  const questions = answerQuestions(
    createReplies({ task, pid: () => decoder.pid, pieces, programs, listener: reports }),
    decoder.send,
  );
  const receive = (question: PipeFrame): void => {
    if (hasEnded) return;
    freeTurn();
    watch.heard();
    questions.answer(question).catch((error: unknown) => {
      // A message that no decoder may send is a failure of the decoder; other errors are faults of the recording.
      end(isNonsense(error) ? failed(name) : error);
    });
  };
  const watch = watchUsage({
    ...usageOf({ decoder, programs, pieces, questions, sound, isLive: live !== undefined }),
    memory,
    onExcess: (excess) => {
      end(excessive(name, excess));
    },
  });

  onStart(end);
  if (turn) freeTurn = await turn();
  if (isOver()) freeTurn();
  else await decoder.start({ onFrame: receive, onNonsense: fail, onExit: fail }).catch(end);
  return end;
}

/** What the usage of a decoder is read from. */
interface DecoderParts {
  readonly decoder: DecoderToStart;
  readonly programs: RequestedPrograms;
  readonly pieces: SourcePieces;
  readonly questions: AnsweredQuestions;
  readonly sound: SoundCount;
  readonly isLive: boolean;
}

function usageOf({
  decoder,
  programs,
  pieces,
  questions,
  sound,
  isLive,
}: DecoderParts): Omit<Watched, 'memory' | 'onExcess'> {
  return {
    decoder: () => decoder.pid,
    isLive,
    programs: () => programs.pids(),
    startedPrograms: () => programs.started(),
    inputBytes: () => pieces.size ?? pieces.given(),
    outputSeconds: () => sound.seconds,
    // While ffmpeg works, every question of a decoder is answered late. What is live comes when somebody speaks.
    isExpected: () =>
      decoder.pid !== undefined && (questions.open === 0 || (!isLive && programs.pids().length > 0)),
  };
}

/** Passes reports on, once their sound is counted, and ends the decoder with the last. */
function countedReports(listener: SuperviseListener, sound: SoundCount, end: EndDecoder): DecodingListener {
  return {
    onOpened: listener.onOpened,
    onSound: (block) => {
      sound.add(block.length);
      return listener.onSound(block);
    },
    onDone: (damage) => {
      listener.onDone(damage);
      end();
    },
    onFailed: end,
  };
}

/** The sound that a decoder has given so far. */
interface SoundCount {
  readonly seconds: number;
  /** Throws `recording_too_long` when it is more than is allowed. */
  add(samples: number): void;
}

function countSound(name: string, maxSeconds = Number.POSITIVE_INFINITY): SoundCount {
  let samples = 0;
  return {
    get seconds() {
      return samples / SAMPLE_RATE;
    },
    add(more) {
      samples += more;
      if (samples > maxSeconds * SAMPLE_RATE) throw tooLong(name, maxSeconds);
    },
  };
}

function isNonsense(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    (error instanceof Error && error.name.includes('ZodError'))
  );
}
