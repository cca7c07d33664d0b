/** How many messages a session may still send. */
export interface MessageBudget {
  /** Takes one message; returns how long to wait before the next, milliseconds, 0 while there is budget left. */
  readonly spend: () => number;
}

/** The messages of this many seconds may come at once, as they do after a network stall. */
const BURST_SECONDS = 0.25;

/** A token bucket of `perSecond` messages. */
export function createMessageBudget(perSecond: number): MessageBudget {
  const capacity = Math.max(1, perSecond * BURST_SECONDS);
  let left = capacity;
  let countedAt = performance.now();
  return {
    spend: () => {
      const time = performance.now();
      left = Math.min(capacity, left + ((time - countedAt) * perSecond) / 1000) - 1;
      countedAt = time;
      return left >= 0 ? 0 : (-left * 1000) / perSecond;
    },
  };
}
