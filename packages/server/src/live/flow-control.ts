import type { PauseReason, Inbox } from './inbox.js';
import { createMessageBudget } from './message-budget.js';

/** What a client may send before it is slowed down. */
export interface FlowLimits {
  readonly maxMessagesPerSecond: number;
  /** Speech that may wait for its final, seconds. */
  readonly maxBufferedSeconds: number;
}

/** Slows down a client that sends more than it may, so that nothing it sent has to be dropped. */
export interface FlowControl {
  /** A message is being handled. */
  readonly onMessage: () => void;
  /** Audio was taken; `pendingSeconds` tells how much of it waits for its final, now and later. */
  readonly onAudio: (pendingSeconds: () => number) => void;
  readonly stop: () => void;
}

/** How often a session whose audio is held back checks whether recognition has caught up, milliseconds. */
const BACKLOG_POLL_MS = 50;
/** The share of the allowed backlog at which reading continues, so that it does not start and stop at every frame. */
const BACKLOG_RESUME_SHARE = 0.8;

/** Pauses `inbox` while a client is over one of the limits. `onPause` is called each time that begins. */
export function createFlowControl(
  inbox: Inbox,
  { maxMessagesPerSecond, maxBufferedSeconds }: FlowLimits,
  onPause: (reason: PauseReason) => void,
): FlowControl {
  const budget = createMessageBudget(maxMessagesPerSecond);
  let rateTimer: NodeJS.Timeout | undefined;
  let backlogTimer: NodeJS.Timeout | undefined;

  function pause(reason: PauseReason): void {
    inbox.pause(reason);
    onPause(reason);
  }

  return {
    onMessage: () => {
      const wait = budget.spend();
      if (wait === 0) return;
      pause('message-rate');
      rateTimer = setTimeout(inbox.resume, wait, 'message-rate');
    },
    onAudio: (pendingSeconds) => {
      if (inbox.isPausedFor('backlog') || pendingSeconds() <= maxBufferedSeconds) return;
      pause('backlog');
      backlogTimer = setInterval(() => {
        if (pendingSeconds() > maxBufferedSeconds * BACKLOG_RESUME_SHARE) return;
        clearInterval(backlogTimer);
        inbox.resume('backlog');
      }, BACKLOG_POLL_MS);
    },
    stop: () => {
      clearTimeout(rateTimer);
      clearInterval(backlogTimer);
    },
  };
}
