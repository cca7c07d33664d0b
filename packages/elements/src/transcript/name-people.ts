import { nameSpeakers, type KnownSpeaker, type NameOf } from '@auscult/client';
import type { TranscriptMessages } from './messages/en-transcript.js';

/** Names people in the language of the messages, where nobody has given them a name. */
export function namePeople(people: readonly KnownSpeaker[], messages: TranscriptMessages): NameOf {
  const isAlone = ({ role }: KnownSpeaker): boolean =>
    people.filter((other) => other.role === role).length === 1;
  const calledOf = (known: KnownSpeaker): string => {
    const { role, speaker } = known;
    if (role !== undefined && role !== 'other' && isAlone(known)) return messages[role];
    return fill(messages.speakerNumber, String(speaker + 1));
  };
  const nameOf = nameSpeakers(people.map((known) => ({ ...known, name: known.name ?? calledOf(known) })));
  return (speaker) => {
    if (speaker === undefined) return messages.unknownSpeaker;
    return people.some((known) => known.speaker === speaker) ? nameOf(speaker) : calledOf({ speaker });
  };
}

/** A message with words in its gaps, in their order. */
export function fill(message: string, ...words: readonly string[]): string {
  let index = 0;
  return message.replaceAll('{}', () => words[index++] ?? '');
}
