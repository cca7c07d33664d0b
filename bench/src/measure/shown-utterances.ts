import type { Hypothesis } from '../load/live-client.js';
import type { Session } from '../load/session.js';

/** What a client was shown of one utterance. */
export interface ShownUtterance {
  readonly session: Session;
  /** In the order in which they came. */
  readonly partials: readonly Hypothesis[];
  readonly final?: Hypothesis;
}

/** The utterances of a session, by the `sequence` of their hypotheses. */
export function utterancesOf(session: Session): ShownUtterance[] {
  const bySequence = new Map<number, Growing>();
  const at = ({ sequence }: Hypothesis) => {
    if (sequence === undefined) return undefined;
    const known = bySequence.get(sequence) ?? { session, partials: [] };
    bySequence.set(sequence, known);
    return known;
  };
  for (const partial of session.partials) at(partial)?.partials.push(partial);
  for (const final of session.finals) {
    const utterance = at(final);
    if (utterance !== undefined) utterance.final = final;
  }
  return [...bySequence.values()];
}

interface Growing {
  readonly session: Session;
  readonly partials: Hypothesis[];
  final?: Hypothesis;
}
