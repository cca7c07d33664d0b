import type { KnownSpeaker, SpeakerRole } from '@auscult/client';

/** What a speaker is called; undefined stands for words of whom nobody knows who said them. */
export type NameOf = (speaker: number | undefined) => string;

/** What the roles are called. */
export const ROLE_NAMES: Readonly<Record<SpeakerRole, string>> = {
  clinician: 'Clinician',
  patient: 'Patient',
  other: 'Somebody else',
};

/**
 * Names speakers as the server's downloads do: by the name that a person gave them, else by their role if nobody else has it, else
 * by their number, counted from 1.
 */
export function nameSpeakers(speakers: readonly KnownSpeaker[]): NameOf {
  return (number) => {
    if (number === undefined) return 'Unknown speaker';
    const { name, role } = speakers.find(({ speaker }) => speaker === number) ?? {};
    if (name !== undefined) return name;
    const isAlone = speakers.filter((other) => other.role === role).length === 1;
    return role !== undefined && role !== 'other' && isAlone
      ? ROLE_NAMES[role]
      : `Speaker ${String(number + 1)}`;
  };
}
