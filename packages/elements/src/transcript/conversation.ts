import type { KnownSpeaker, Segment, SpeakerCorrections, Transcriber } from '@auscult/client';
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
  /** Gives a line to somebody, or to somebody new. */
  readonly assign: (line: Line, speaker?: number) => void;
  /** Names somebody; without a name, nobody knows it. */
  readonly name: (speaker: number, name: string) => void;
  /** A number that nobody has. */
  readonly nextSpeaker: () => number;
  /** Forgets everything, and follows only what comes from now on. */
  readonly clear: () => void;
}

/** Told of what changes. */
export interface ConversationListener {
  readonly onChange: () => void;
  readonly onFinal: (segment: Segment) => void;
  /** The text of a final was corrected. */
  readonly onCorrected: (final: Final) => void;
  readonly onIdentified: (corrections: SpeakerCorrections) => void;
}

export function createConversation(listener: ConversationListener): Conversation {
  const { onChange } = listener;
  const followed: Transcriber[] = [];
  const known = new Map<number, KnownSpeaker>();
  let finals: readonly Final[] = [];
  let partials: readonly Segment[] = [];

  const ofKey = (key: string): Final | undefined => finals.find((final) => final.key === key);

  function put(final: Final): void {
    const at = finals.findIndex(({ key }) => key === final.key);
    finals = finals.with(at, final);
  }

  function add(recording: number, segment: Segment): void {
    const { channel = 0, sequence, removes = [], text, start } = segment;
    const keyOf = (counted: number): string => `${String(recording)}/${String(channel)}/${String(counted)}`;
    const left = finals.filter(({ key }) => !removes.map(keyOf).includes(key));
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

  const people = (): readonly KnownSpeaker[] => {
    const numbers = new Set(finals.flatMap(({ lines }) => lines.map(({ speaker }) => speaker)));
    return [...numbers]
      .filter((speaker) => speaker !== undefined)
      .sort((one, other) => one - other)
      .map((speaker) => known.get(speaker) ?? { speaker });
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
      partials = [];
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
        for (const segment of update.revised) revise(recording, segment);
        onChange();
      });
      transcriber.on('state', ({ kind }) => {
        if (kind !== 'stopped' && kind !== 'failed') return;
        if (followed.at(-1) === transcriber) partials = [];
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
    assign: ({ final, from, cells }, speaker = nextSpeaker()) => {
      const segment = ofKey(final)?.segment;
      if (!segment) return;
      const { sequence, channel } = segment;
      const last = from + cells.findLastIndex(({ heard }) => heard.text !== '');
      identify([recordingOf(final)], {
        assign: [{ sequence, ...(channel !== undefined && { channel }), words: [from, last], speaker }],
      });
    },
    name: (speaker, name) => {
      const heardIn = finals.filter(({ lines }) => lines.some((line) => line.speaker === speaker));
      identify(new Set(heardIn.map(({ key }) => recordingOf(key))), {
        name: [{ speaker, name: name.trim() || null }],
      });
    },
    clear: () => {
      [finals, partials] = [[], []];
      known.clear();
      onChange();
    },
  };
}

function recordingOf(key: string): number {
  return Number(key.split('/')[0]);
}
