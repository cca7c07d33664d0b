import type { SpeakerRevision, SpeakersMessage } from '@auscult/protocol';
import type { Segment } from '../transcript.js';

type OwnOf = (number: number) => number;

/** A segment with the transcriber's numbers of speakers in place of those of the session. */
export function withOwnSpeakers(segment: Segment, ownOf: OwnOf): Segment {
  const { speaker, words } = segment;
  return {
    ...segment,
    ...(speaker !== undefined && { speaker: ownOf(speaker) }),
    ...(words && {
      words: words.map((word) =>
        word.speaker === undefined ? word : { ...word, speaker: ownOf(word.speaker) },
      ),
    }),
  };
}

/** What a session says of its speakers, in the transcriber's numbers and sequences. */
export function ownFindings(
  { revised, speakers }: SpeakersMessage,
  offsets: readonly number[],
  ownOf: OwnOf,
): Pick<SpeakersMessage, 'revised' | 'speakers'> {
  return {
    revised: revised.map((each): SpeakerRevision => ({
      ...each,
      sequence: each.sequence + (offsets[each.channel ?? 0] ?? 0),
      speaker: ownOf(each.speaker),
    })),
    speakers: speakers.map((each) => ({ ...each, speaker: ownOf(each.speaker) })),
  };
}
