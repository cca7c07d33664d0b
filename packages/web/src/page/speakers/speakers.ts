import {
  nameSpeakers,
  type KnownSpeaker,
  type NameOf,
  type SpeakerCorrections,
  type SpeakersUpdate,
  type Transcriber,
} from '@auscult/client';
import { msg, str } from '@lit/localize';
import { counted } from '../../localize/numbers.js';
import { channelNames } from '../settings/channel-names.js';
import type { Settings } from '../settings/settings.js';
import { observable, type Changeable, type Observable } from '../state/observable.js';
import type { Line } from '../transcript/line.js';
import { speakersOf } from '../transcript/parts.js';
import { correctSpeakers, withLabels, type LineAssignment } from './labelled-lines.js';
import { roleName, speakerWords } from './speaker-names.js';

/** What is known of the speakers of the page's transcript besides the lines. */
interface SpeakersState {
  /** What is known of speakers, by number; of others, nothing is. */
  readonly known: ReadonlyMap<number, KnownSpeaker>;
  /** Up to this moment of the transcript, only people change who spoke; undefined if that is so everywhere. */
  readonly settledSeconds: number | undefined;
  /** What was last corrected, for screen readers. */
  readonly said: string;
}

/** Who speaks in the page's transcript, over all recordings. Corrections are shown at once, and go to the sessions that they are about. */
export interface Speakers {
  readonly state: Observable<SpeakersState>;
  /** Everybody with words in the transcript, in the order of their numbers. */
  readonly people: () => readonly KnownSpeaker[];
  /** Whether speakers are told apart in some of the transcript. */
  readonly areApart: () => boolean;
  readonly nameOf: NameOf;
  /** A number that nobody has. */
  readonly nextNumber: () => number;
  /** Shows what a transcriber finds out. Its speakers count from `first`, and its time from `offset` seconds. */
  readonly follow: (transcriber: Transcriber, recording: FollowedRecording) => void;
  /** Takes over what is known of speakers of lines that were not recorded here. */
  readonly know: (speakers: readonly KnownSpeaker[]) => void;
  readonly name: (
    speaker: number,
    given: { readonly name?: string; readonly role?: KnownSpeaker['role'] | null },
  ) => void;
  /** Exchanges the names and roles of two. */
  readonly swap: (one: number, other: number) => void;
  /** Two are one. */
  readonly merge: (from: number, into: number) => void;
  /** Gives words to somebody, who may have a new number. */
  readonly assign: (assignment: LineAssignment) => void;
  /** Forgets everybody. */
  readonly clear: () => void;
}

/** A recording whose lines are in the transcript. */
interface FollowedRecording {
  readonly recording: string;
  /** When it began, seconds since the transcript began. */
  readonly offset: number;
  /** The number of its first speaker. */
  readonly first: number;
  /** Whether what is said of speakers may still change by itself. */
  readonly isProvisional: boolean;
}

type Corrections = Omit<SpeakerCorrections, 'assign'> & { readonly assign?: readonly LineAssignment[] };

const NOBODY: SpeakersState = { known: new Map(), settledSeconds: undefined, said: '' };

/** @param settings name who speaks at each of two microphones, until they are renamed */
export function createSpeakers(
  lines: Changeable<readonly Line[]>,
  settings: Observable<Pick<Settings, 'firstName' | 'secondName'>>,
): Speakers {
  const state = observable(NOBODY);
  const followed = new Map<string, { readonly transcriber: Transcriber; readonly first: number }>();

  function knownOf(speaker: number): KnownSpeaker {
    const name = haveMicrophones(lines.value) ? channelNames(settings.value)[speaker] : undefined;
    return { speaker, ...(name !== undefined && { name }), ...state.value.known.get(speaker) };
  }
  const people = (): readonly KnownSpeaker[] => numbersIn(lines.value).map(knownOf);
  const nameOf: NameOf = (number) => nameSpeakers(people(), speakerWords())(number);

  function know(speakers: readonly KnownSpeaker[]): void {
    const news = speakers.filter(
      (each) => JSON.stringify(each) !== JSON.stringify(state.value.known.get(each.speaker)),
    );
    if (news.length === 0) return;
    const known = new Map(state.value.known);
    for (const each of news) known.set(each.speaker, each);
    state.patch({ known });
  }

  function correct(corrections: Corrections, said: string): void {
    lines.set(correctSpeakers(lines.value, corrections));
    know((corrections.name ?? []).map(({ speaker, name, role }) => withNames(knownOf(speaker), name, role)));
    for (const [recording, { transcriber }] of followed)
      transcriber.identify(correctionsOf(corrections, recording, lines.value));
    state.patch({ said });
  }

  function take(
    { revised, speakers, settledSeconds }: SpeakersUpdate,
    { recording, offset, first, isProvisional }: FollowedRecording,
  ): void {
    const finals = new Map(
      revised.flatMap((segment) => {
        const line = lines.value.find(
          ({ final, channel }) =>
            final?.recording === recording &&
            final.sequence === segment.sequence &&
            channel === segment.channel,
        );
        return line ? [[line.id, segment] as const] : [];
      }),
    );
    if (finals.size > 0) lines.set(withLabels(lines.value, finals));
    // Somebody of another recording is known better there.
    know(speakers.filter(({ speaker }) => speaker >= first || !state.value.known.has(speaker)));
    const settled = state.value.settledSeconds;
    if (isProvisional && settled !== undefined && offset + settledSeconds > settled)
      state.patch({ settledSeconds: offset + settledSeconds });
  }

  return {
    state,
    people,
    areApart: () => numbersIn(lines.value).length > 0,
    nameOf,
    nextNumber: () => Math.max(-1, ...numbersIn(lines.value), ...state.value.known.keys()) + 1,
    follow: (transcriber, recording) => {
      const { first, offset, isProvisional } = recording;
      followed.set(recording.recording, { transcriber, first });
      state.patch({ settledSeconds: isProvisional ? offset : undefined });
      transcriber.on('speakers', (update) => {
        if (followed.get(recording.recording)?.transcriber === transcriber) take(update, recording);
      });
      transcriber.on('state', ({ kind }) => {
        if (kind === 'stopped' || kind === 'failed') state.patch({ settledSeconds: undefined });
      });
    },
    know,
    name: (speaker, given) => {
      const before = nameOf(speaker);
      const name = given.name === undefined ? {} : { name: given.name.trim() || null };
      const role = given.role === undefined ? {} : { role: given.role };
      correct({ name: [{ speaker, ...name, ...role }] }, '');
      const after = nameOf(speaker);
      state.patch({
        said: before === after ? roleSaid(after, given.role) : msg(str`${before} is now called ${after}.`),
      });
    },
    swap: (one, other) => {
      const [first, second] = [knownOf(one), knownOf(other)];
      // Guesses are exchanged if there is nothing else, but are not confirmed by the way.
      const areGuesses = [first, second].every(({ name, role }) => name === undefined && role === undefined);
      correct(
        { name: [namesOf(one, second, areGuesses), namesOf(other, first, areGuesses)] },
        msg(str`The names of ${nameOf(one)} and ${nameOf(other)} are exchanged.`),
      );
    },
    merge: (from, into) => {
      correct({ merge: [{ from, into }] }, msg(str`${nameOf(from)} and ${nameOf(into)} are one person now.`));
    },
    assign: (assignment) => {
      const { words, speaker } = assignment;
      const count = words[1] - words[0] + 1;
      correct(
        { assign: [assignment] },
        counted(
          count,
          msg(str`${count} word is now of ${nameOf(speaker)}.`),
          msg(str`${count} words are now of ${nameOf(speaker)}.`),
        ),
      );
    },
    clear: () => {
      followed.clear();
      state.set(NOBODY);
    },
  };
}

const numbersOf = new WeakMap<readonly Line[], readonly number[]>();

/** Everybody with words in the lines. */
function numbersIn(lines: readonly Line[]): readonly number[] {
  const numbers =
    numbersOf.get(lines) ??
    [...new Set(lines.flatMap(speakersOf))]
      .filter((speaker) => speaker !== undefined)
      .sort((one, other) => one - other);
  numbersOf.set(lines, numbers);
  return numbers;
}

/** Whether each speaker has a microphone. */
function haveMicrophones(lines: readonly Line[]): boolean {
  return lines.some(({ channel }) => channel !== undefined);
}

/** Corrections in the sequences of a recording. */
function correctionsOf(
  { assign = [], ...others }: Corrections,
  recording: string,
  lines: readonly Line[],
): SpeakerCorrections {
  const assigned = assign.flatMap(({ line, words, speaker }) => {
    const { final, channel, heard } = lines.find(({ id }) => id === line) ?? {};
    if (final?.recording !== recording) return [];
    // A line break at the end is no word of the final.
    const last = Math.min(words[1], heard?.findLastIndex(({ text }) => text !== '') ?? 0);
    return [
      {
        sequence: final.sequence,
        ...(channel !== undefined && { channel }),
        words: [words[0], last] as [number, number],
        speaker,
      },
    ];
  });
  return { ...others, ...(assigned.length > 0 && { assign: assigned }) };
}

function withNames(
  known: KnownSpeaker,
  name: string | null | undefined,
  role: KnownSpeaker['role'] | null,
): KnownSpeaker {
  const { speaker, suggestedRole } = known;
  const [called, part] = [name === undefined ? known.name : name, role === undefined ? known.role : role];
  return {
    speaker,
    ...(called && { name: called }),
    ...(part && { role: part }),
    ...(role === undefined && !part && suggestedRole && { suggestedRole }),
  };
}

/** The names and roles of one for another. */
function namesOf(speaker: number, { name, role, suggestedRole }: KnownSpeaker, isGuess: boolean) {
  return { speaker, name: name ?? null, role: role ?? (isGuess ? suggestedRole : undefined) ?? null };
}

function roleSaid(name: string, role: KnownSpeaker['role'] | null): string {
  return role ? `${name}: ${roleName(role)}.` : '';
}
