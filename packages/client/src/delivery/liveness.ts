import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { FlushRequests } from './flush-requests.js';
import type { Ledger } from './ledger.js';
import { createSilenceWatch } from './silence-watch.js';

/** Watches over a connection on which audio is delivered. */
export interface Liveness {
  /** Another connection is ready. */
  readonly begin: () => void;
  /** The server has said something. */
  readonly heard: () => void;
  /** Whether the connection must be considered dead. To be called about every second, or more often. */
  readonly isDead: () => boolean;
  /** Asks a server that acknowledges nothing for the text of what it has, once that is `flushSeconds`. */
  readonly flushIfMuchIsUnsettled: () => void;
}

interface LivenessParts {
  readonly ledger: Ledger;
  readonly requests: FlushRequests;
  /** Unsettled seconds that are too many to be kept without a sign from the server. */
  readonly flushSeconds: number;
}

/** A server that has not acknowledged anything by then never will; those that do, do it every two seconds. */
const ACKNOWLEDGES_WITHIN_MS = 6000;

export function createLiveness({ ledger, requests, flushSeconds }: LivenessParts): Liveness {
  let watch = createSilenceWatch();
  let readyAt = 0;
  return {
    begin: () => {
      watch = createSilenceWatch();
      readyAt = performance.now();
    },
    heard: () => {
      watch.heard();
    },
    // A server that acknowledges nothing may well be silent.
    isDead: () => ledger.isAcknowledged() && watch.isDead(),
    flushIfMuchIsUnsettled: () => {
      if (ledger.isAcknowledged() || requests.hasUnanswered()) return;
      if (performance.now() - readyAt < ACKNOWLEDGES_WITHIN_MS) return;
      // The answer shows that silence is settled, too.
      if (ledger.sent() - ledger.settled() > flushSeconds * SAMPLE_RATE)
        requests.add('finalize', ledger.sent());
    },
  };
}
