import type { SpeakerCorrections, SpeakerRevision } from '@auscult/protocol';
import { merged, relabelled } from './speakers/labels.js';
import type { Segment } from './transcript.js';

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
