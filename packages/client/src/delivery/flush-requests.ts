import { SAMPLE_RATE } from '../audio/sample-rate.js';

/** A `finalize` or `stop` that the server has not answered yet. */
export interface FlushRequest {
  readonly kind: 'finalize' | 'stop';
  /** All audio before this place, in samples or bytes, goes ahead of it. */
  readonly at: number;
  /** Whether it has been sent on this connection. */
  isSent: boolean;
}

/** The requests to the server that must be repeated if the connection breaks before the answer. */
export interface FlushRequests {
  readonly add: (kind: FlushRequest['kind'], at: number) => void;
  /** The first that has not been sent on this connection. */
  readonly unsent: () => FlushRequest | undefined;
  readonly hasUnanswered: () => boolean;
  /** The server has answered for all audio before `place`. Returns the last place that was asked about, if any. */
  readonly answer: (kind: FlushRequest['kind'], place: number) => number | undefined;
  /** On another connection everything has to be sent again. */
  readonly forgetSent: () => void;
  /** Drops requests that a new session, which begins at `base`, need not be sent. */
  readonly beginSession: (base: number) => void;
}

/** Which requests of a kind that were sent an answer about `place` answers, and the last place that was asked about. */
type Answered = (
  sent: readonly FlushRequest[],
  place: number,
) => { readonly requests: readonly FlushRequest[]; readonly at: number | undefined };

/** Answers tell their place in seconds with three decimals. */
const ROUNDING = SAMPLE_RATE / 1000;

/**
 * An answer may come twice, once for each connection that asked: the audio that it covers tells what it answers. Places are
 * counts of samples.
 */
export function createFlushRequests(): FlushRequests {
  return createRequests((sent, place) => {
    const requests = sent.filter(({ at }) => at <= place + ROUNDING);
    return { requests, at: requests.at(-1)?.at };
  });
}

/** The server answers in order: each answer is that to the oldest request. Places are counts of bytes. */
export function createOrderedRequests(): FlushRequests {
  return createRequests((sent, place) => {
    const requests = sent.slice(0, 1);
    return { requests, at: requests.length > 0 ? place : undefined };
  });
}

function createRequests(answered: Answered): FlushRequests {
  let requests: readonly FlushRequest[] = [];
  return {
    add: (kind, at) => {
      requests = [...requests, { kind, at, isSent: false }];
    },
    unsent: () => requests.find(({ isSent }) => !isSent),
    hasUnanswered: () => requests.length > 0,
    answer: (kind, place) => {
      const sent = requests.filter((request) => request.isSent && request.kind === kind);
      const { requests: done, at } = answered(sent, place);
      requests = requests.filter((request) => !done.includes(request));
      return at;
    },
    forgetSent: () => {
      for (const request of requests) request.isSent = false;
    },
    beginSession: (base) => {
      requests = requests.filter(({ kind, at }) => kind === 'stop' || at > base);
    },
  };
}
