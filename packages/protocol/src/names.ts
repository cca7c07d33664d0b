import type { KnownSpeaker } from './speakers.js';

/** What a speaker is called in a text; undefined stands for words of whom nobody knows who said them. */
export type NameOf = (speaker: number | undefined) => string;

/**
 * Names speakers: by the name that a person gave them, else by their role if nobody else has it, else by their number, counted
 * from 1 as people count. A name is always one line of visible characters, whatever was entered.
 */
export function nameSpeakers(speakers: readonly KnownSpeaker[]): NameOf {
  const names = new Map(speakers.map((known) => [known.speaker, nameOf(known, speakers)]));
  return (speaker) => {
    if (speaker === undefined) return 'Unknown speaker';
    return names.get(speaker) ?? numbered(speaker);
  };
}

function nameOf({ speaker, name = '', role }: KnownSpeaker, all: readonly KnownSpeaker[]): string {
  const entered = onOneLine(name);
  if (entered !== '') return entered;
  const isAlone = all.filter((other) => other.role === role).length === 1;
  const called = role === undefined ? undefined : ROLE_NAMES[role];
  return called !== undefined && isAlone ? called : numbered(speaker);
}

const ROLE_NAMES: Readonly<Record<NonNullable<KnownSpeaker['role']>, string | undefined>> = {
  clinician: 'Clinician',
  patient: 'Patient',
  other: undefined,
};

function numbered(speaker: number): string {
  return `Speaker ${speaker + 1}`;
}

/** Without line breaks, and without characters that change the order in which others are shown. */
function onOneLine(name: string): string {
  return name
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
