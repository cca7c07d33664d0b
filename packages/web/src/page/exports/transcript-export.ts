import { nameSpeakers, type KnownSpeaker } from '@auscult/client';
import { speakerWords } from '../speakers/speaker-names.js';
import type { Line } from '../transcript/line.js';
import { partsOf } from '../transcript/parts.js';

/** What an export is made of. */
export interface TranscriptExport {
  readonly lines: readonly Line[];
  /** Everybody who speaks; empty if speakers are not told apart. */
  readonly speakers: readonly KnownSpeaker[];
  /** When the transcript was made. */
  readonly at: Date;
}

/** What one person says of a line. */
interface NamedLine {
  readonly line: Line;
  /** Absent if speakers are not told apart. */
  readonly name: string | undefined;
}

/** The lines, each of one speaker: a line with several is divided where they change. */
export function namedLines({ lines, speakers }: TranscriptExport): readonly NamedLine[] {
  if (speakers.length === 0) return lines.map((line) => ({ line, name: undefined }));
  const nameOf = nameSpeakers(speakers, speakerWords());
  return lines.flatMap(partsOf).map(({ line, speaker }) => ({ line, name: nameOf(speaker) }));
}

/** The lines of each turn: what somebody says until somebody else does, or a line if speakers are not told apart. */
export function turnsOf(transcript: TranscriptExport): readonly (readonly NamedLine[])[] {
  const turns: NamedLine[][] = [];
  for (const each of namedLines(transcript)) {
    const turn = turns.at(-1);
    if (turn !== undefined && each.name !== undefined && turn[0]?.name === each.name) turn.push(each);
    else turns.push([each]);
  }
  return turns;
}
