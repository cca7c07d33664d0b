import { finalRecord } from '../../records/final-record.js';
import type { FinalRecord } from '../../records/record-content.js';
import type { RecordStore } from '../../records/record-store.js';
import type { Actor } from '../../records/record.js';
import { speakersIn } from '../../transcripts/by-speaker.js';
import type { TranscribedSource } from '../transcribe-source.js';

/** A second pass over a stretch of a session. */
interface SecondPass {
  /** Id of the transcription. */
  readonly id: string;
  readonly sessionId: string;
  readonly model: string;
  /** Where the stretch begins, seconds. */
  readonly startSeconds: number;
  readonly actor: Actor;
}

/** Keeps the text of a second pass beside the live one. Resolves with the text as it was kept. */
export async function keepRefined(
  records: Pick<RecordStore, 'refine'>,
  { id, sessionId, model, startSeconds, actor }: SecondPass,
  transcribed: TranscribedSource,
): Promise<TranscribedSource> {
  const { duration, segments } = transcribed;
  // A second pass that heard nothing gives no better text.
  if (segments.length === 0) return transcribed;
  const finals = segments.map((segment) => finalRecord(segment, segment.channel ?? 0));
  const text = { id, model, start: startSeconds, end: startSeconds + duration, finals };
  const kept = await records.refine(sessionId, text, actor);
  return kept === undefined ? transcribed : withSpeakersOf(transcribed, kept);
}

/** The text with the speakers of the finals that were kept for it. */
function withSpeakersOf(transcribed: TranscribedSource, kept: readonly FinalRecord[]): TranscribedSource {
  if (transcribed.speakers === undefined) return transcribed;
  const segments = transcribed.segments.map((segment, index) => {
    const { words, speaker } = kept[index] ?? segment;
    return { ...segment, words, ...(speaker === undefined ? {} : { speaker }) };
  });
  const speakers = speakersIn(segments) ?? [];
  return { ...transcribed, segments, speakers };
}
