import type { SpeakerCorrections } from '@auscult/protocol';
import type { Selectable } from 'kysely';
import type { Schema } from '../db/schema.js';
import type { NamedVoice, SavedDirectory } from '../speakers/speaker-directory.js';
import type { RecognitionPass } from './record-content.js';
import { open, seal, type SealedPlace } from './seal.js';

/** Words of one version of a final that are said to be of a speaker. */
export interface SpeakerSpan {
  readonly reading: RecognitionPass;
  readonly place: number;
  readonly version: number;
  /** The first and the last word, counted from 0. */
  readonly words: readonly [number, number];
  readonly channel: number;
  /** The time of these words, by which they are found in other versions and passes, seconds. */
  readonly start: number;
  readonly end: number;
  readonly speaker: number;
  /** Left out where a person says so. */
  readonly confidence?: number;
}

/** A change in what a record says about who speaks. They are kept in the order in which they happen. */
export type SpeakerChange =
  /** Words turned out to be of somebody else. */
  | { readonly kind: 'revised'; readonly spans: readonly SpeakerSpan[] }
  /** What a person says. */
  | CorrectedSpeakers
  /** Known voices that have been heard. */
  | { readonly kind: 'recognised'; readonly voices: readonly NamedVoice[] }
  /** What is known from the session that this one continues. */
  | { readonly kind: 'continued'; readonly directory: SavedDirectory };

/** A correction by a person, with its words found. */
export interface CorrectedSpeakers {
  readonly kind: 'corrected';
  readonly spans: readonly SpeakerSpan[];
  readonly merge: NonNullable<SpeakerCorrections['merge']>;
  readonly name: NonNullable<SpeakerCorrections['name']>;
}

export type SpeakerChangeRow = Selectable<Schema['speaker_changes']>;

/** The row of a change. `writtenBy` is the subject of whoever made it; null for what was found by the server. */
export function speakerChangeRow(
  dataKey: Uint8Array,
  sessionId: string,
  place: number,
  change: SpeakerChange,
  writtenBy: string | null,
): SpeakerChangeRow {
  return {
    session_id: sessionId,
    place,
    written_at: new Date().toISOString(),
    written_by: writtenBy,
    sealed: seal(dataKey, Buffer.from(JSON.stringify(change)), placeOf(sessionId, place)),
  };
}

/** Opens a sealed change. Throws `record_damaged` if it is not what was sealed for that place. */
export function openSpeakerChange(
  dataKey: Uint8Array,
  { session_id: sessionId, place, sealed }: Pick<SpeakerChangeRow, 'session_id' | 'place' | 'sealed'>,
): SpeakerChange {
  return JSON.parse(open(dataKey, sealed, placeOf(sessionId, place)).toString()) as SpeakerChange;
}

function placeOf(sessionId: string, place: number): SealedPlace {
  return ['speaker_changes', sessionId, place];
}
