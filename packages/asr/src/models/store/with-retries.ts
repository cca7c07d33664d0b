import { setTimeout as pause } from 'node:timers/promises';
import type { SpeechError } from '../../speech-error.js';
import type { TransferPolicy } from './model-store.js';
import { TransferInterrupted } from './transfer-failure.js';

/** If a hub asks for a longer pause than this, seconds, the download fails. */
const LONGEST_RETRY_AFTER = 300;

/** How attempts are made. */
interface Attempts {
  readonly policy: TransferPolicy;
  readonly signal: AbortSignal;
  /** Whether the last attempt got further than all before it, in which case failures are counted anew. */
  readonly gained?: () => Promise<boolean>;
  readonly onRetry: (failure: SpeechError, inSeconds: number) => void;
}

/**
 * Repeats something until it succeeds, fails for good, or has been interrupted too often in a row. Pauses double from
 * one interruption to the next and are spread at random, so that many clients of a broken hub do not come back at
 * once.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { policy, signal, gained, onRetry }: Attempts,
): Promise<Result> {
  let failures = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransferInterrupted)) throw error;
      failures = (await gained?.()) === true ? 1 : failures + 1;
      const seconds = error.retryAfterSeconds ?? backoff(policy, failures);
      if (failures >= policy.attempts || seconds > LONGEST_RETRY_AFTER) throw error.failure;
      onRetry(error.failure, seconds);
      await pause(seconds * 1_000, undefined, { signal });
    }
  }
}

function backoff({ firstPauseSeconds, longestPauseSeconds }: TransferPolicy, failures: number): number {
  const whole = Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** (failures - 1));
  return whole * (0.5 + Math.random() / 2);
}
