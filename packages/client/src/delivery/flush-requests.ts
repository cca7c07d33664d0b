import { SAMPLE_RATE } from '../audio/sample-rate.js';

/** A `finalize` or `stop` that the server has not answered yet. */
export interface FlushRequest {
  readonly kind: 'finalize' | 'stop';
  /** All audio before this sample goes ahead of it. */
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
  /** The server has answered for all audio before `place`. Returns the last sample that was asked about, if any. */
  readonly answer: (kind: FlushRequest['kind'], place: number) => number | undefined;
  /** On another connection everything has to be sent again. */
  readonly forgetSent: () => void;
  /** Drops requests that a new session, which begins at `base`, need not be sent. */
  readonly beginSession: (base: number) => void;
}

/** Answers tell their place in seconds with three decimals. */
const ROUNDING = SAMPLE_RATE / 1000;

export function createFlushRequests(): FlushRequests {
  let requests: readonly FlushRequest[] = [];
  return {
    add: (kind, at) => {
      requests = [...requests, { kind, at, isSent: false }];
    },
    unsent: () => requests.find(({ isSent }) => !isSent),
    hasUnanswered: () => requests.length > 0,
    answer: (kind, place) => {
      // An answer may come twice, once for each connection that asked: the audio that it covers tells what it
      // answers.
      const isAnswered = (request: FlushRequest): boolean =>
        request.isSent && request.kind === kind && request.at <= place + ROUNDING;
      const answered = requests.findLast(isAnswered);
      requests = requests.filter((request) => !isAnswered(request));
      return answered?.at;
    },
    forgetSent: () => {
      for (const request of requests) request.isSent = false;
    },
    beginSession: (base) => {
      requests = requests.filter(({ kind, at }) => kind === 'stop' || at > base);
    },
  };
}
