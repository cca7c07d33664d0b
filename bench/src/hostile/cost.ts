/** What one hostile request or message cost the server. */
export interface HostileCost {
  readonly kind: 'before login' | 'after login' | 'message' | 'reading';
  /** Route or type of message. */
  readonly where: string;
  readonly shape: string;
  readonly bytes: number;
  /** Status of the answer, code of the error, or type of the message. */
  readonly answer: string;
  /** Time of the event loop, the median of the tries, milliseconds of processor time. */
  readonly loopMs: number;
  /** The most that a try took, where every try counts. */
  readonly worstMs?: number;
  /**
   * The longest that the event loop worked while another socket waited for an answer to a ping, the median of
   * the tries, milliseconds of processor time; for audio messages and for reading records, whose work is done
   * in parts.
   */
  readonly heldMs?: number;
  readonly budgetMs: number;
}
