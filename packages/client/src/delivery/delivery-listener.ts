import type { Problem } from '../problem.js';
import type { Outage } from '../transcriber-state.js';
import type { TextListener } from './text-intake.js';

/** The connection to the server, as far as users are told of it. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly outage: undefined }
  | { readonly kind: 'waiting'; readonly outage: Outage };

/** The events of a delivery. */
export interface DeliveryListener extends TextListener {
  readonly onConnection: (state: ConnectionState) => void;
  /** Some audio has been settled, so it is no longer kept. */
  readonly onSettled: () => void;
  readonly onWarning: (warning: { code: string; message: string }) => void;
  readonly onProblem: (problem: Problem) => void;
  /** Delivery cannot continue. */
  readonly onFailed: (problem: Problem) => void;
}
