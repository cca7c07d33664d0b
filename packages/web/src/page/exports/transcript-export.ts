import type { Line } from '../transcript/line.js';

/** What an export is made of. */
export interface TranscriptExport {
  readonly lines: readonly Line[];
  /** Names by channel; empty if speakers are not told apart. */
  readonly speakers: readonly string[];
  /** When the transcript was made. */
  readonly at: Date;
}

/** Who said a line, if that is known. */
export function speakerOf({ speakers }: Pick<TranscriptExport, 'speakers'>, line: Line): string | undefined {
  return line.channel === undefined ? undefined : speakers[line.channel];
}
