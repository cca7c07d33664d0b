import type { Problem } from './problem.js';

/** What a transcriber is doing. */
export type TranscriberState =
  | { readonly kind: 'idle' }
  /** Asks for the microphone and connects. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'paused' }
  /** The recording goes on; what is said is kept until the server is back. */
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      /**
       * On the clock of `performance.now()`; infinite if the reason is `unauthorized`, when only `retryNow()` helps.
       */
      readonly retryAt: number;
      /** Audio that waits to be sent. */
      readonly bufferedSeconds: number;
      readonly reason: 'connection-lost' | 'busy' | 'server-restarting' | 'unauthorized';
    }
  /** Ends by itself when a microphone is plugged in, or by `useMicrophone`. */
  | { readonly kind: 'microphone-lost' }
  /** Waits for the last text. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** The phases of a transcriber's life. */
export type Phase =
  | { readonly kind: 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** What is known while there is no connection. */
export type Outage = Omit<Extract<TranscriberState, { kind: 'reconnecting' }>, 'kind' | 'bufferedSeconds'>;

/** What the state depends on. */
export interface Circumstances {
  readonly phase: Phase;
  readonly isPaused: boolean;
  readonly isMicrophoneLost: boolean;
  readonly outage: Outage | undefined;
  readonly bufferedSeconds: number;
}

/** The state to report: first of all, what the user can do something about. */
export function stateOf(circumstances: Circumstances): TranscriberState {
  const { phase, isPaused, isMicrophoneLost, outage, bufferedSeconds } = circumstances;
  if (phase.kind === 'failed') return phase;
  if (phase.kind !== 'running') return { kind: phase.kind };
  if (isMicrophoneLost) return { kind: 'microphone-lost' };
  if (isPaused) return { kind: 'paused' };
  if (outage) return { kind: 'reconnecting', ...outage, bufferedSeconds: Math.floor(bufferedSeconds) };
  return { kind: 'listening' };
}
