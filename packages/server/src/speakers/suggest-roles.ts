import type { SpeakerRole } from '@auscult/protocol';

/** How much somebody has said. */
export interface Talk {
  readonly words: number;
  /** Question marks in their finals. */
  readonly questions: number;
}

/** With fewer questions, whoever has asked most may have done so by chance. */
const FEWEST_QUESTIONS = 4;

/** How many times as much as anybody else somebody has to ask, to be taken for the clinician. In interviews it is ten times. */
const ASKS_TIMES = 3;

/**
 * The roles that nobody has given and that can be guessed: whoever clearly asks most is the clinician, and the other of two is
 * the patient. `enrolled` are speakers whose voice is known to be that of a clinician.
 */
export function suggestRoles(
  talks: ReadonlyMap<number, Talk>,
  given: ReadonlyMap<number, SpeakerRole>,
  enrolled: readonly number[],
): ReadonlyMap<number, SpeakerRole> {
  const suggested = new Map<number, SpeakerRole>();
  const hasRole = (speaker: number): boolean => given.has(speaker) || suggested.has(speaker);
  for (const speaker of enrolled) if (!given.has(speaker)) suggested.set(speaker, 'clinician');
  const speaking = [...talks].filter(([, { words }]) => words > 0);
  const isClinicianKnown = [...given.values(), ...suggested.values()].includes('clinician');
  const asking = isClinicianKnown ? undefined : whoAsks(speaking);
  if (asking !== undefined && !hasRole(asking)) suggested.set(asking, 'clinician');
  const roleOf = (speaker: number): SpeakerRole | undefined => given.get(speaker) ?? suggested.get(speaker);
  const others = speaking.filter(([speaker]) => roleOf(speaker) !== 'clinician');
  const [other] = others;
  if (speaking.length === 2 && others.length === 1 && other !== undefined && !hasRole(other[0]))
    suggested.set(other[0], 'patient');
  return suggested;
}

function whoAsks(talks: readonly (readonly [number, Talk])[]): number | undefined {
  const [first, second] = [...talks].sort(([, one], [, other]) => other.questions - one.questions);
  if (first === undefined || second === undefined) return undefined;
  const [speaker, { questions }] = first;
  return questions >= FEWEST_QUESTIONS && questions >= ASKS_TIMES * second[1].questions ? speaker : undefined;
}
