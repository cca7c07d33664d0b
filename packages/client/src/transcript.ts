import type { KnownSpeaker, SpeakerCorrections, SpeakerRevision, Word } from '@auscult/protocol';
import { merged, relabelled } from './speakers/labels.js';

/** What was said between two pauses. */
export interface Segment {
  /** May begin and end with line breaks that were dictated. */
  readonly text: string;
  /** What was said, word by word, if `text` differs because of `writtenForm` or `dictationCommands`. */
  readonly spoken?: string;
  /** Seconds of audio since `start()`, over all reconnects and restarts of the server. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Where there are two. */
  readonly channel?: number;
  /** Of finals, where `words` asked for them. Their times are seconds of audio since `start()`, too. */
  readonly words?: readonly Word[];
  /**
   * Who said most of it, if speakers are told apart: counted from 0 in the order in which people are first heard. Of partials,
   * who probably speaks.
   */
  readonly speaker?: number;
  /** Counts the segments of a channel. A partial has the number that its final will have. */
  readonly sequence: number;
  /**
   * Only in finals, with `dictationCommands`: the `sequence` of each final of the channel that the speaker has taken
   * back, whose text no longer counts. A final that only takes back others has no text of its own.
   */
  readonly removes?: readonly number[];
}

/** Words that partials have shown but that are in no final, or were cut out of it. */
export interface DroppedWords {
  /** Stable, see the reasons of `dropped` in docs/protocol.md. */
  readonly reason: string;
  /** Why, as a plain sentence for people. */
  readonly message: string;
  /** Where the utterance begins, seconds of audio since `start()`. */
  readonly start: number;
  readonly end: number;
  /** Where there are two. */
  readonly channel?: number;
}

/** Everything said so far. */
export interface Transcript {
  readonly text: string;
  /** In the order of their beginning. */
  readonly segments: readonly Segment[];
  /** Everybody heard so far, if speakers are told apart, in the order of their numbers. */
  readonly speakers: readonly KnownSpeaker[];
  /** Audio taken, seconds. */
  readonly durationSeconds: number;
  /** False if some audio was lost. */
  readonly complete: boolean;
  readonly lostSeconds: number;
}

/** Keeps the finals that count, in order of their beginning. */
export interface SegmentList {
  readonly segments: () => readonly Segment[];
  /** Adds a final that has text, without those that it takes back. */
  readonly add: (segment: Segment) => void;
  /** Gives words to other speakers, but not those that `correct` was told about. Returns the segments that changed, as they are now. */
  readonly revise: (revisions: readonly SpeakerRevision[]) => readonly Segment[];
  /** The same for what a person says. */
  readonly correct: (corrections: SpeakerCorrections) => readonly Segment[];
}

export function createSegmentList(): SegmentList {
  let segments: readonly Segment[] = [];
  /** Words of whose speaker a person has said who it is, by `placeOf`. */
  const fixed = new Map<string, Set<number>>();

  /** Replaces segments, and returns those that are new. */
  function replace(change: (segment: Segment) => Segment): readonly Segment[] {
    const before = new Set(segments);
    segments = segments.map(change);
    return segments.filter((segment) => !before.has(segment));
  }

  return {
    segments: () => segments,
    revise: (revisions) =>
      replace((segment) => {
        const isFixed = (word: number): boolean => fixed.get(placeOf(segment))?.has(word) === true;
        return revisions
          .filter((revision) => placeOf(revision) === placeOf(segment))
          .reduce((changed, revision) => relabelled(changed, revision, isFixed), segment);
      }),
    correct: ({ assign = [], merge = [] }) =>
      replace((segment) => {
        let changed = segment;
        for (const { words: [first, last] = [0, wordsIn(segment) - 1], ...each } of assign) {
          if (placeOf(each) !== placeOf(segment)) continue;
          const places = fixed.get(placeOf(segment)) ?? new Set();
          for (let word = first; word <= Math.min(last, wordsIn(segment) - 1); word++) places.add(word);
          fixed.set(placeOf(segment), places);
          changed = relabelled(changed, {
            words: [first, last],
            speaker: each.speaker,
            speakerConfidence: 1,
          });
        }
        for (const { from, into } of merge) changed = merged(changed, from, into);
        return changed;
      }),
    add: (segment) => {
      segments = segments.filter((one) => !takesBack(segment, one));
      if (segment.text === '') return;
      // Channels overlap, so a segment may come a little after one that begins later.
      const before = segments.findLastIndex(({ start }) => start <= segment.start);
      segments = segments.toSpliced(before + 1, 0, segment);
    },
  };
}

/** The text of successive segments, with a space between two of them unless there is a line break. */
export function textOfSegments(segments: readonly Pick<Segment, 'text'>[]): string {
  return segments
    .map(({ text }) => text)
    .join(' ')
    .replace(/[ \n]*\n[ \n]*/gu, (breaks) => (breaks.includes('\n\n') ? '\n\n' : '\n'));
}

function placeOf({
  channel = 0,
  sequence,
}: {
  readonly channel?: number | undefined;
  readonly sequence: number;
}): string {
  return `${String(channel)}/${String(sequence)}`;
}

function wordsIn({ words, text }: Segment): number {
  return words?.length ?? text.split(/\s+/u).length;
}

function takesBack({ channel, removes = [] }: Segment, other: Segment): boolean {
  return other.channel === channel && removes.includes(other.sequence);
}
