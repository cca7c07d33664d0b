import { mainSpeaker } from '../speakers/main-speaker.js';
import { inSlices } from '../time-slices.js';
import type { Transcript, TranscriptSegment } from '../transcripts/transcript.js';
import type { SpeakerLabels } from './speaker-labels.js';
import { talksOf } from './talks-in.js';

/** A transcript of the audio of a record, with the speakers, names and roles that people have given there. */
export async function labelledTranscript(transcript: Transcript, labels: SpeakerLabels): Promise<Transcript> {
  if (transcript.speakers === undefined) return transcript;
  const segments: TranscriptSegment[] = [];
  for await (const segment of inSlices(transcript.segments)) segments.push(labelledSegment(segment, labels));
  return { ...transcript, segments, speakers: labels.directory.known(await talksOf(segments)) };
}

function labelledSegment(segment: TranscriptSegment, labels: SpeakerLabels): TranscriptSegment {
  const { channel = 0, start, end } = segment;
  const words = labels.relabelled(segment.words, { channel, start, end });
  const speaker = mainSpeaker(words);
  return { ...segment, words, ...(speaker === undefined ? {} : { speaker }) };
}
