import type { WrittenFinal } from '@auscult/asr';
import type { FinalEvent, SessionEvent, SpeakersEvent } from './events.js';
import type { Emit } from './outbox.js';

/** Emits the events of one session in order, and what is recorded only once it is. */
export interface EventQueue {
  readonly emit: Emit;
  /** Emits the event once `recorded` resolves, or at once if that is undefined; later events wait for it. */
  readonly emitRecorded: (event: FinalEvent | SpeakersEvent, recorded: Promise<void> | undefined) => void;
  /** Resolves once everything so far has been emitted. */
  readonly settled: () => Promise<void>;
  /**
   * Where the first final that is not recorded yet begins, in a channel or in all of them, seconds; undefined if all are
   * recorded.
   */
  readonly unrecordedFrom: (channel?: number) => number | undefined;
  /** Speech in the finals that are not recorded yet, seconds. */
  readonly unrecordedSeconds: () => number;
}

/** What the order of events depends on. */
export interface EventQueueRules {
  /** Whether records are being written. While they cannot be, partials overtake the finals that wait. */
  readonly isRecording: () => boolean;
  /** Something will never be recorded. It and everything after it are not emitted. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly event: SessionEvent;
  isReady: boolean;
}

/** Makes an empty queue. Events go straight to `emit` while no final waits for its record. */
export function createEventQueue(emit: Emit, { isRecording, onFailure }: EventQueueRules): EventQueue {
  const waiting: Waiting[] = [];
  let waiters: (() => void)[] = [];
  let hasFailed = false;

  const advance = (): void => {
    while (waiting[0]?.isReady === true) {
      const next = waiting.shift();
      if (next) emit(next.event);
    }
    if (waiting.length > 0) return;
    for (const resolve of waiters) resolve();
    waiters = [];
  };

  const enqueue = (item: Waiting): void => {
    waiting.push(item);
    advance();
  };

  const finals = (channel?: number): WrittenFinal[] =>
    waiting.flatMap(({ event }) =>
      event.kind === 'final' && (channel ?? event.channel) === event.channel ? [event.hypothesis] : [],
    );

  return {
    emit: (event) => {
      if (event.kind === 'partial' && !isRecording()) emit(event);
      else enqueue({ event, isReady: true });
    },
    emitRecorded: (event, recorded) => {
      const item = { event, isReady: recorded === undefined };
      enqueue(item);
      recorded?.then(
        () => {
          item.isReady = true;
          advance();
        },
        (error: unknown) => {
          if (!hasFailed) onFailure(error);
          hasFailed = true;
        },
      );
    },
    settled: () =>
      waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push(resolve);
          }),
    unrecordedFrom: (channel) => {
      const starts = finals(channel).map(({ start }) => start);
      return starts.length === 0 ? undefined : Math.min(...starts);
    },
    unrecordedSeconds: () => finals().reduce((sum, { start, end }) => sum + end - start, 0),
  };
}
