import type { Problem } from '../problem.js';
import type { Outage } from '../transcriber-state.js';
import type { TextListener } from './text-intake.js';

/** The state of the connection. */
export type Connectedness =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly outage: undefined }
  | { readonly kind: 'waiting'; readonly outage: Outage };

/** The events of a delivery. */
export interface DeliveryListener extends TextListener {
  readonly onConnectedness: (connectedness: Connectedness) => void;
  /** Some audio need not be kept any more. */
  readonly onSettled: () => void;
  readonly onWarning: (warning: { code: string; message: string }) => void;
  readonly onProblem: (problem: Problem) => void;
  /** Delivery cannot continue. */
  readonly onFailed: (problem: Problem) => void;
}
