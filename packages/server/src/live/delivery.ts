import type { ServerMessage } from '@auscult/protocol';
import type { Send } from './outbox.js';

/** Sends the messages of one session in order, and finals only once they are recorded. */
export interface Delivery {
  readonly send: Send;
  /** Sends the final once `recorded` resolves; what is sent later waits for it. At once where it is undefined. */
  readonly sendFinal: (
    final: SpokenFinal,
    message: ServerMessage,
    recorded: Promise<void> | undefined,
  ) => void;
  /** Resolves once everything so far is sent. */
  readonly settled: () => Promise<void>;
  /** Where the first final begins that is not recorded yet, seconds; undefined if all are. */
  readonly unrecordedFrom: () => number | undefined;
  /** Speech in the finals that are not recorded yet, seconds. */
  readonly unrecordedSeconds: () => number;
}

/** When a final was spoken, seconds. */
interface SpokenFinal {
  readonly start: number;
  readonly end: number;
}

/** What decides about the order of messages. */
export interface DeliveryRules {
  /** Whether records are being written. While they cannot be, partials go on, ahead of the finals that wait. */
  readonly isRecording: () => boolean;
  /** A final will never be recorded. It and what follows it are not sent. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly message: ServerMessage;
  readonly final: SpokenFinal | undefined;
  isReady: boolean;
}

/** Messages go straight to `send` while no final waits for its record. */
export function createDelivery(send: Send, { isRecording, onFailure }: DeliveryRules): Delivery {
  const waiting: Waiting[] = [];
  let waiters: (() => void)[] = [];
  let hasFailed = false;

  const advance = (): void => {
    while (waiting[0]?.isReady === true) {
      const next = waiting.shift();
      if (next) send(next.message);
    }
    if (waiting.length > 0) return;
    for (const resolve of waiters) resolve();
    waiters = [];
  };

  const enqueue = (item: Waiting): void => {
    waiting.push(item);
    advance();
  };

  return {
    send: (message) => {
      if (isPartial(message) && !isRecording()) send(message);
      else enqueue({ message, final: undefined, isReady: true });
    },
    sendFinal: (final, message, recorded) => {
      const item = { message, final, isReady: recorded === undefined };
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
    unrecordedFrom: () => {
      const starts = waiting.flatMap(({ final }) => (final === undefined ? [] : [final.start]));
      return starts.length === 0 ? undefined : Math.min(...starts);
    },
    unrecordedSeconds: () =>
      waiting.reduce((sum, { final }) => sum + (final === undefined ? 0 : final.end - final.start), 0),
  };
}

function isPartial(message: ServerMessage): boolean {
  return message.type === 'transcription' && !message.isFinal;
}
