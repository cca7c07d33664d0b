import type { KnownSpeaker, SpeakerCorrections } from '@auscult/protocol';
import type { Numbering } from './numbering.js';

/** A session of the server: how its finals and speakers are counted on the transcriber's side, where both go on over all sessions. */
export interface SpokenSession {
  readonly id: string;
  /** The own sequence of its first final, by channel. */
  readonly firstSequences: readonly number[];
  /** The own sequence of the next session's first final, once there is one. */
  ends: readonly number[];
  numbering: Numbering;
}

/**
 * Corrections as a session is to be told them: in its sequences and numbers, without what does not concern it.
 *
 * @param known what is known of somebody, by the own number
 */
export function correctionsFor(
  { firstSequences, ends, numbering }: SpokenSession,
  { assign = [], merge = [], name = [] }: SpeakerCorrections,
  known: (own: number) => KnownSpeaker | undefined,
): SpeakerCorrections | undefined {
  const { numberOf, introduce } = numbering;
  const names: NonNullable<SpeakerCorrections['name']> = [];

  function tellName(speaker: number, own: number): void {
    const { name: called, role } = known(own) ?? {};
    if (called ?? role) names.push({ speaker, ...(called && { name: called }), ...(role && { role }) });
  }

  function introduced(own: number): number {
    const speaker = introduce(own);
    tellName(speaker, own);
    return speaker;
  }

  const assigned = assign.flatMap((each) => {
    const { sequence, channel = 0, speaker } = each;
    const first = firstSequences[channel] ?? 0;
    if (sequence < first || sequence >= (ends[channel] ?? Infinity)) return [];
    return [{ ...each, sequence: sequence - first, speaker: numberOf(speaker) ?? introduced(speaker) }];
  });
  const merged = merge.flatMap((each) => {
    const [from, into] = [numberOf(each.from), numberOf(each.into)];
    if (from === undefined || from === into) return [];
    if (into !== undefined) return [{ from, into }];
    // The session does not know the other: all that it can be told is what they are called.
    tellName(from, each.into);
    return [];
  });
  for (const each of name) {
    const speaker = numberOf(each.speaker);
    if (speaker !== undefined) names.push({ ...each, speaker });
  }
  const told = {
    ...(assigned.length > 0 && { assign: assigned }),
    ...(merged.length > 0 && { merge: merged }),
    ...(names.length > 0 && { name: names }),
  };
  return Object.keys(told).length > 0 ? told : undefined;
}
