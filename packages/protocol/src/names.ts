import type { KnownSpeaker } from './speakers.js';

/** What a speaker is called in a text; undefined stands for words of whom nobody knows who said them. */
export type NameOf = (speaker: number | undefined) => string;

/** What speakers are called whom nobody has named, in one language. */
export interface SpeakerWords {
  readonly clinician: string;
  readonly patient: string;
  /** Somebody of whom nothing is known. */
  readonly unknown: string;
  /** The name of a speaker by number, counted from 1. */
  readonly numbered: (number: number) => string;
}

const ENGLISH: SpeakerWords = {
  clinician: 'Clinician',
  patient: 'Patient',
  unknown: 'Unknown speaker',
  numbered: (number) => `Speaker ${number}`,
};

/**
 * Names speakers: by the name that a person gave them, else by their role if nobody else has it, else by their number, counted
 * from 1 as people count. A name is always one line of visible characters, whatever was entered.
 *
 * @param words in another language than English
 */
export function nameSpeakers(speakers: readonly KnownSpeaker[], words: SpeakerWords = ENGLISH): NameOf {
  const names = new Map(speakers.map((known) => [known.speaker, nameOf(known, speakers, words)]));
  return (speaker) => {
    if (speaker === undefined) return words.unknown;
    return names.get(speaker) ?? words.numbered(speaker + 1);
  };
}

function nameOf(
  { speaker, name = '', role }: KnownSpeaker,
  all: readonly KnownSpeaker[],
  words: SpeakerWords,
): string {
  const entered = onOneLine(name);
  if (entered !== '') return entered;
  const isAlone = all.filter((other) => other.role === role).length === 1;
  const called = role === undefined || role === 'other' ? undefined : words[role];
  return called !== undefined && isAlone ? called : words.numbered(speaker + 1);
}

/** Without line breaks, and without characters that change the order in which others are shown. */
function onOneLine(name: string): string {
  return name
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
