import type {
  KnownSpeaker,
  RecordedFinal,
  Segment,
  SpeakerCorrections,
  SpeakerRole,
  Transcriber,
} from '@auscult/client';
import { cellsOf, correctCells, relabelledCells, replaceCells, type Cell } from './cells.js';
import { finalOf, type Final, type Line } from './lines-of.js';

/** What is said in recordings one after another, with what people have corrected. */
export interface Conversation {
  readonly finals: () => readonly Final[];
  /** What is being said, and may still change. */
  readonly partials: () => readonly Segment[];
  /** Everybody who speaks, in the order of their numbers. */
  readonly people: () => readonly KnownSpeaker[];
  /** Shows what a transcriber has heard and hears, below what is there. */
  readonly follow: (transcriber: Transcriber) => void;
  /** Gives a line another text. */
  readonly correct: (line: Line, text: string) => void;
  /** Puts a text in the place of `count` words, counted within the line. */
  readonly replace: (line: Line, index: number, count: number, text: string) => void;
  /** Takes back what was corrected in the text of a line. */
  readonly restore: (line: Line) => void;
  /** Shows a text in place of all that was heard in a final. */
  readonly show: (key: string, text: string) => void;
  /** Gives words of a line, counted within it, to somebody, or to somebody new; all of them if none are named. */
  readonly assign: (
    line: Line,
    speaker: number | undefined,
    words?: readonly [first: number, last: number],
  ) => void;
  /** Gives somebody a name and a role; an empty one takes it back, and what is left out stays. */
  readonly name: (speaker: number, given: GivenName) => void;
  /** Two exchange their names and roles. */
  readonly swap: (one: number, other: number) => void;
  /** Two are one. */
  readonly merge: (from: number, into: number) => void;
  /** Where the server records a final. */
  readonly recordOf: (final: Final) => RecordedFinal | undefined;
  /** Up to this moment of the present recording, only people change who spoke, seconds. */
  readonly settledSeconds: () => number;
  /** A number that nobody has. */
  readonly nextSpeaker: () => number;
  /** Forgets everything, and follows only what comes from now on. */
  readonly clear: () => void;
}

/** What somebody is called. */
interface GivenName {
  readonly name?: string;
  readonly role?: SpeakerRole | '';
}

/** Told of what changes. */
export interface ConversationListener {
  readonly onChange: () => void;
  readonly onFinal: (segment: Segment) => void;
  /** The text of a final was corrected. */
  readonly onCorrected: (final: Final) => void;
  /** The speaker has taken back a final. */
  readonly onRemoved: (key: string) => void;
  readonly onIdentified: (corrections: SpeakerCorrections) => void;
}

export function createConversation(listener: ConversationListener): Conversation {
  const { onChange } = listener;
  const followed: Transcriber[] = [];
  const known = new Map<number, KnownSpeaker>();
  let finals: readonly Final[] = [];
  let partials: readonly Segment[] = [];
  let settledSeconds = 0;

  const ofKey = (key: string): Final | undefined => finals.find((final) => final.key === key);

  function put(final: Final): void {
    const at = finals.findIndex(({ key }) => key === final.key);
    finals = finals.with(at, final);
  }

  function add(recording: number, segment: Segment): void {
    const { channel = 0, sequence, removes = [], text, start } = segment;
    const keyOf = (counted: number): string => `${String(recording)}/${String(channel)}/${String(counted)}`;
    const removed = removes.map(keyOf);
    removed.forEach(listener.onRemoved);
    const left = finals.filter(({ key }) => !removed.includes(key));
    // Finals of two channels may come in another order than they were said in.
    const before = left.findLastIndex(
      ({ key, segment: other }) => !key.startsWith(`${String(recording)}/`) || other.start <= start,
    );
    const final = finalOf(keyOf(sequence), segment, cellsOf(segment));
    finals = text === '' ? left : left.toSpliced(before + 1, 0, final);
  }

  function revise(recording: number, segment: Segment): void {
    const key = `${String(recording)}/${String(segment.channel ?? 0)}/${String(segment.sequence)}`;
    const final = ofKey(key);
    if (final) put(finalOf(key, segment, relabelledCells(final.cells, segment)));
  }

  /** Changes some words of a final, however it is divided into lines by now. */
  function change(
    { final: key, from, to }: Line,
    changed: (cells: readonly Cell[]) => readonly Cell[],
  ): void {
    const final = ofKey(key);
    if (!final) return;
    const cells = changed(final.cells.slice(from, to));
    const next = finalOf(key, final.segment, final.cells.toSpliced(from, to - from, ...cells));
    put(next);
    listener.onCorrected(next);
    onChange();
  }

  function identify(recordings: Iterable<number>, corrections: SpeakerCorrections): void {
    for (const recording of recordings) followed[recording]?.identify(corrections);
    listener.onIdentified(corrections);
  }

  /** The recordings in which some of these speak. */
  function heard(...speakers: readonly number[]): ReadonlySet<number> {
    const of = finals.filter(({ lines }) =>
      lines.some(({ speaker }) => speaker !== undefined && speakers.includes(speaker)),
    );
    return new Set(of.map(({ key }) => recordingOf(key)));
  }

  const knownOf = (speaker: number): KnownSpeaker => known.get(speaker) ?? { speaker };

  const people = (): readonly KnownSpeaker[] => {
    const numbers = new Set(finals.flatMap(({ lines }) => lines.map(({ speaker }) => speaker)));
    return [...numbers]
      .filter((speaker) => speaker !== undefined)
      .sort((one, other) => one - other)
      .map(knownOf);
  };
  const nextSpeaker = (): number =>
    Math.max(-1, ...known.keys(), ...people().map(({ speaker }) => speaker)) + 1;

  return {
    finals: () => finals,
    partials: () => partials,
    people,
    nextSpeaker,
    follow: (transcriber) => {
      if (followed.includes(transcriber)) return;
      const recording = followed.push(transcriber) - 1;
      const { segments, speakers } = transcriber.transcript;
      const know = (each: KnownSpeaker): unknown => known.set(each.speaker, each);
      [partials, settledSeconds] = [[], 0];
      speakers.forEach(know);
      for (const segment of segments) add(recording, segment);
      const withoutPartial = (channel?: number): readonly Segment[] =>
        partials.filter((partial) => partial.channel !== channel);
      const isFollowed = (): boolean => followed[recording] === transcriber;
      transcriber.on('partial', (partial) => {
        if (followed.at(-1) !== transcriber) return;
        partials = [...withoutPartial(partial.channel), ...(partial.text === '' ? [] : [partial])];
        onChange();
      });
      transcriber.on('final', (segment) => {
        if (!isFollowed()) return;
        partials = withoutPartial(segment.channel);
        add(recording, segment);
        listener.onFinal(segment);
        onChange();
      });
      transcriber.on('speakers', (update) => {
        if (!isFollowed()) return;
        update.speakers.forEach(know);
        if (followed.at(-1) === transcriber) ({ settledSeconds } = update);
        for (const segment of update.revised) revise(recording, segment);
        onChange();
      });
      transcriber.on('state', ({ kind }) => {
        if (kind !== 'stopped' && kind !== 'failed') return;
        if (followed.at(-1) === transcriber) [partials, settledSeconds] = [[], Infinity];
        onChange();
      });
      onChange();
    },
    correct: (line, text) => {
      change(line, (cells) => correctCells(cells, text));
    },
    replace: (line, index, count, text) => {
      change(line, (cells) => replaceCells(cells, index, count, text));
    },
    restore: (line) => {
      const final = ofKey(line.final);
      if (final) change(line, () => cellsOf(final.segment).slice(line.from, line.to));
    },
    show: (key, text) => {
      const final = ofKey(key);
      if (!final) return;
      put(finalOf(key, final.segment, correctCells(cellsOf(final.segment), text)));
      onChange();
    },
    assign: ({ final, from, cells }, speaker = nextSpeaker(), [first, last] = [0, cells.length - 1]) => {
      const segment = ofKey(final)?.segment;
      if (!segment) return;
      const { sequence, channel } = segment;
      // What a person wrote in place of several words stands at the first, and the others go with it.
      const next = cells.findIndex(({ text }, at) => at > last && text !== '');
      const end = cells
        .slice(0, next < 0 ? undefined : next)
        .findLastIndex(({ heard: { text } }) => text !== '');
      const words: [number, number] = [from + first, from + end];
      identify([recordingOf(final)], {
        assign: [{ sequence, ...(channel !== undefined && { channel }), words, speaker }],
      });
    },
    name: (speaker, { name, role }) => {
      identify(heard(speaker), {
        name: [
          {
            speaker,
            ...(name !== undefined && { name: name.trim() || null }),
            ...(role !== undefined && { role: role || null }),
          },
        ],
      });
    },
    swap: (one, other) => {
      const [first, second] = [knownOf(one), knownOf(other)];
      identify(heard(one, other), { name: [called(one, second), called(other, first)] });
    },
    merge: (from, into) => {
      const [former, { name = former.name, role = former.role }] = [knownOf(from), knownOf(into)];
      const isNews = name !== knownOf(into).name || role !== knownOf(into).role;
      identify(heard(from, into), {
        merge: [{ from, into }],
        ...(isNews && { name: [called(into, { name, role })] }),
      });
    },
    recordOf: ({ key, segment }) => followed[recordingOf(key)]?.recordOf(segment),
    settledSeconds: () => settledSeconds,
    clear: () => {
      [finals, partials] = [[], []];
      known.clear();
      onChange();
    },
  };
}

/** What one is called, for another. */
function called(
  speaker: number,
  { name, role }: { readonly name?: string | undefined; readonly role?: SpeakerRole | undefined },
) {
  return { speaker, name: name ?? null, role: role ?? null };
}

function recordingOf(key: string): number {
  return Number(key.split('/')[0]);
}
