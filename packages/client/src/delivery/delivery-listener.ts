import type { Problem } from '../problem.js';
import type { Circumstances } from '../transcriber-state.js';
import type { TextListener } from './text-intake.js';

/** How the connection is. */
export type Connectedness =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | ({ readonly kind: 'waiting' } & NonNullable<Circumstances['outage']>);

/** What a delivery tells. */
export interface DeliveryListener extends TextListener {
  readonly onConnectedness: (connectedness: Connectedness) => void;
  /** Some audio need not be kept any more. */
  readonly onSettled: () => void;
  readonly onWarning: (warning: { code: string; message: string }) => void;
  readonly onProblem: (problem: Problem) => void;
  /** There is no way on. */
  readonly onFailed: (problem: Problem) => void;
}
