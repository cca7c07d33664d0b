import {
  protocolLimits,
  type KnownSpeaker,
  type SpeakerCorrections,
  type SpeakerRole,
} from '@auscult/protocol';
import { suggestRoles, type Talk } from './suggest-roles.js';

/** Who speaks in a session by now: numbers that turned out to be the same person, names and roles. */
export interface SpeakerDirectory {
  /** The number that a speaker goes by, after all merges. */
  readonly resolve: (speaker: number) => number;
  readonly isMerged: (speaker: number) => boolean;
  /**
   * Gives all that is of `from` to `into`, which also gets a name and a role that it does not have. Nothing is done if one of them
   * was merged with the other before.
   */
  readonly merge: (from: number, into: number) => void;
  /** Names that people give or take back. */
  readonly name: (names: NonNullable<SpeakerCorrections['name']>) => void;
  /** Takes over which known voices were heard; returns whether that is news. */
  readonly recognise: (voices: readonly NamedVoice[]) => boolean;
  /** Everybody who has spoken or has a name, with roles that `talks` suggests. */
  readonly known: (talks: ReadonlyMap<number, Talk>) => readonly KnownSpeaker[];
  /** The lowest number that nobody has. */
  readonly free: (talks: ReadonlyMap<number, Talk>) => number | undefined;
  /** Everything, for a directory that continues this one. */
  readonly save: () => SavedDirectory;
}

/** The name of a known voice, and the speaker whose voice it is. */
export interface NamedVoice {
  readonly name: string;
  readonly speaker: number;
}

/** What is kept of a directory. */
export interface SavedDirectory {
  readonly named: readonly NamedSpeaker[];
  /** Pairs of numbers: all that is of the first is of the second. */
  readonly merged: readonly (readonly [number, number])[];
  readonly voices: readonly NamedVoice[];
}

/** What people said of a speaker. */
interface NamedSpeaker {
  readonly speaker: number;
  readonly name?: string | undefined;
  readonly role?: SpeakerRole | undefined;
}

/** All numbers that a speaker can have. */
export const SPEAKER_NUMBERS: readonly number[] = Array.from(
  { length: protocolLimits.speakers.highest + 1 },
  (_, speaker) => speaker,
);

export const EMPTY_DIRECTORY: SavedDirectory = { named: [], merged: [], voices: [] };

/** Starts with what was known before. */
export function createSpeakerDirectory(before: SavedDirectory = EMPTY_DIRECTORY): SpeakerDirectory {
  const named = new Map(before.named.map((one) => [one.speaker, one]));
  const merged = new Map(before.merged);
  let { voices } = before;

  // A speaker that was merged is not merged again, so there are no circles.
  const resolve = (speaker: number): number => {
    const into = merged.get(speaker);
    return into === undefined ? speaker : resolve(into);
  };
  const voiceOf = (speaker: number): string | undefined =>
    voices.find((voice) => resolve(voice.speaker) === speaker)?.name;
  const numbers = (talks: ReadonlyMap<number, Talk>): number[] => {
    const heard = [...talks].flatMap(([speaker, { words }]) => (words > 0 ? [speaker] : []));
    const all = [...heard, ...named.keys(), ...voices.map(({ speaker }) => speaker)].map(resolve);
    return [...new Set(all)].sort((one, other) => one - other);
  };

  return {
    resolve,
    isMerged: (speaker) => merged.has(speaker),
    merge: (from, asked) => {
      const into = resolve(asked);
      if (merged.has(from) || into === from) return;
      merged.set(from, into);
      const [gone, stays] = [named.get(from), named.get(into)];
      named.delete(from);
      if (gone)
        named.set(into, { speaker: into, name: stays?.name ?? gone.name, role: stays?.role ?? gone.role });
    },
    name: (names) => {
      for (const { speaker, name, role } of names) {
        const before = named.get(speaker);
        named.set(speaker, {
          speaker,
          name: name === undefined ? before?.name : (name ?? undefined),
          role: role === undefined ? before?.role : (role ?? undefined),
        });
      }
    },
    recognise: (now) => {
      const isNews = JSON.stringify(now) !== JSON.stringify(voices);
      voices = now.map(({ name, speaker }) => ({ name, speaker }));
      return isNews;
    },
    known: (talks) => {
      const present = numbers(talks);
      const roles = new Map(
        present.flatMap((speaker) => {
          const role = named.get(speaker)?.role;
          return role === undefined ? [] : [[speaker, role] as const];
        }),
      );
      // Only clinicians enrol their voice.
      const enrolled = present.filter((speaker) => voiceOf(speaker) !== undefined);
      const suggested = suggestRoles(talks, roles, enrolled);
      return present.map((speaker) => {
        const name = named.get(speaker)?.name ?? voiceOf(speaker);
        const [role, suggestedRole] = [roles.get(speaker), suggested.get(speaker)];
        return {
          speaker,
          ...(name === undefined ? {} : { name }),
          ...(role === undefined ? {} : { role }),
          ...(suggestedRole === undefined ? {} : { suggestedRole }),
        };
      });
    },
    free: (talks) => {
      const taken = new Set([...numbers(talks), ...merged.keys()]);
      return SPEAKER_NUMBERS.find((speaker) => !taken.has(speaker));
    },
    save: () => ({ named: [...named.values()], merged: [...merged], voices }),
  };
}
