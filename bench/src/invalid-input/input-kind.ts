import type { Random } from '../../../fuzz/dist/engine/random.js';

/** What the sender of invalid input knows. */
export interface InputScene {
  /** Address of the server, `http://…`. */
  readonly httpUrl: string;
  readonly key: string;
  /** The same series for the same connection. */
  readonly random: Random;
}

/** One kind of invalid input. */
export interface InputKind {
  /** Weight among all kinds. */
  readonly share: number;
  /** Connections at the same time. */
  readonly lanes: number;
  /** Sends one input after another over one connection, or in one request each, and says what became of each. */
  readonly send: (scene: InputScene) => AsyncGenerator<Outcome, void>;
}

/** What became of one input. */
export interface Outcome {
  /**
   * `answered`: it, or a message after it, was answered, or the connection was closed with a reason; `busy`: the server
   * had no place, and it was not read; `failed`: none of these.
   */
  readonly fate: 'answered' | 'busy' | 'failed';
  /** The kind of the answer, such as a status or a close code. */
  readonly how: string;
}
