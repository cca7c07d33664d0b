import type { FlushRequest, FlushRequests } from '../delivery/flush-requests.js';

/**
 * The requests to the server that must be repeated if the connection breaks before the answer, by their places in bytes. The
 * server answers them in order.
 */
export function createOrderedRequests(): FlushRequests {
  let requests: readonly FlushRequest[] = [];
  return {
    add: (kind, at) => {
      requests = [...requests, { kind, at, isSent: false }];
    },
    unsent: () => requests.find(({ isSent }) => !isSent),
    hasUnanswered: () => requests.length > 0,
    answer: (kind, place) => {
      const answered = requests.find((request) => request.isSent && request.kind === kind);
      if (!answered) return undefined;
      requests = requests.filter((request) => request !== answered);
      return place;
    },
    forgetSent: () => {
      for (const request of requests) request.isSent = false;
    },
    beginSession: (base) => {
      requests = requests.filter(({ kind, at }) => kind === 'stop' || at > base);
    },
  };
}
