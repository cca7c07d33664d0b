/** What only the server knows of a session that it holds. Nothing of it is speech. */
export interface LiveState {
  /** The protocol that its client speaks, see `Dialect.name`. */
  readonly protocol: string;
  /** The name that the client program gives itself, if any. */
  readonly client: string | undefined;
  /** Whether its client is there. If not, it may come back. */
  readonly isConnected: boolean;
  /** Whether its client was let go, and only the rest of its text is awaited. */
  readonly isEnding: boolean;
  /** Audio that was taken, seconds. */
  readonly audioSeconds: number;
  /** How much audio had come after the last final when it was sent, seconds; undefined before the first. */
  readonly finalDelaySeconds: number | undefined;
}
