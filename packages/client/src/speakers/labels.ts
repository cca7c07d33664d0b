import type { Word } from '@auscult/protocol';
import type { Segment } from '../transcript.js';

/** Who is said to have spoken some words of a segment. */
interface Label {
  /** The first and the last of them, counted from 0. */
  readonly words: readonly [first: number, last: number];
  readonly speaker: number;
  readonly speakerConfidence?: number | undefined;
}

/** The numbers of those who speak in a segment. */
export function speakersIn({ speaker, words = [] }: Segment): readonly number[] {
  return [speaker, ...words.map((word) => word.speaker)].filter((each) => each !== undefined);
}

/** A segment with a label, but for the words about which a person has said otherwise. */
export function relabelled(
  segment: Segment,
  { words: [first, last], speaker, speakerConfidence }: Label,
  isFixed: (word: number) => boolean = () => false,
): Segment {
  if (!segment.words) {
    // Which words these are cannot be told, but how many they are.
    const count = segment.text.split(/\s+/u).length;
    const isMost = 2 * (Math.min(last + 1, count) - first) >= count;
    return isMost && !isFixed(first) ? { ...segment, speaker } : segment;
  }
  const words = segment.words.map((word, index) => {
    if (index < first || index > last || isFixed(index)) return word;
    const changed: { speakerConfidence?: number | undefined } & Word = { ...word, speaker };
    delete changed.speakerConfidence;
    return { ...changed, ...(speakerConfidence !== undefined && { speakerConfidence }) };
  });
  return withMainSpeaker({ ...segment, words });
}

/** A segment in which nobody is `from`, but `into`; the same segment if nobody was. */
export function merged(segment: Segment, from: number, into: number): Segment {
  if (!speakersIn(segment).includes(from)) return segment;
  const words = segment.words?.map((word) => (word.speaker === from ? { ...word, speaker: into } : word));
  return words ? withMainSpeaker({ ...segment, words }) : { ...segment, speaker: into };
}

/** A segment with the speaker of most of its words. */
function withMainSpeaker(segment: Segment): Segment {
  const counts = new Map<number, number>();
  for (const { speaker } of segment.words ?? [])
    if (speaker !== undefined) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  const [main] = [...counts].sort(([, one], [, other]) => other - one);
  return main ? { ...segment, speaker: main[0] } : segment;
}
