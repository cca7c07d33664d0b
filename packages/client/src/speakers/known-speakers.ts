import type { KnownSpeaker, SpeakerCorrections } from '@auscult/protocol';

/** Everybody heard so far, and what is known of them. */
export interface KnownSpeakers {
  /** In the order of their numbers. */
  readonly list: () => readonly KnownSpeaker[];
  readonly find: (speaker: number) => KnownSpeaker | undefined;
  readonly hear: (speakers: Iterable<number>) => void;
  /** The server says whom it knows; `spoken` are those who have words. */
  readonly learn: (known: readonly KnownSpeaker[], spoken: Iterable<number>) => void;
  /** A person says who is who. It stays, although the server may say otherwise until it knows. */
  readonly correct: (corrections: SpeakerCorrections) => void;
}

type Said = Omit<NonNullable<SpeakerCorrections['name']>[number], 'speaker'>;

export function createKnownSpeakers(): KnownSpeakers {
  let heard = new Set<number>();
  const learned = new Map<number, KnownSpeaker>();
  const said = new Map<number, Said>();

  function find(speaker: number): KnownSpeaker | undefined {
    if (!heard.has(speaker)) return undefined;
    const { name, role, suggestedRole } = { ...learned.get(speaker), ...said.get(speaker) } as Said &
      KnownSpeaker;
    return {
      speaker,
      ...(name && { name }),
      ...(role && { role }),
      // Who takes a role back wants no guess either.
      ...(role === undefined && suggestedRole && { suggestedRole }),
    };
  }

  return {
    list: () => [...heard].sort((one, other) => one - other).map((speaker) => find(speaker) ?? { speaker }),
    find,
    hear: (speakers) => {
      for (const speaker of speakers) heard.add(speaker);
    },
    learn: (known, spoken) => {
      heard = new Set([...spoken, ...known.map(({ speaker }) => speaker)]);
      for (const each of known) learned.set(each.speaker, each);
    },
    correct: ({ assign = [], merge = [], name = [] }) => {
      for (const { speaker } of assign) heard.add(speaker);
      for (const { from, into } of merge) {
        if (from === into) continue;
        heard.delete(from);
        learned.delete(from);
        said.delete(from);
      }
      for (const { speaker, ...given } of name) {
        heard.add(speaker);
        said.set(speaker, { ...said.get(speaker), ...given });
      }
    },
  };
}
