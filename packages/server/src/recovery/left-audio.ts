import { SAMPLE_RATE } from '@auscult/asr';
import type { LeftChannel, LeftPiece } from '../journal/journal.js';
import type { RecordedChannel } from '../records/left-record.js';

/** The audio of a channel that has no text yet. */
export interface LeftAudio {
  readonly channel: number;
  /** Where it begins, samples at 16 kHz since the beginning of the session. */
  readonly from: number;
  /** In order; where they do not meet, audio is missing. */
  readonly pieces: readonly LeftPiece[];
  /** Length of what is missing between them, seconds. */
  readonly missingSeconds: number;
}

/**
 * The audio of each channel after its last final. A server may have ended between the commit of a final and the destruction of its
 * audio: what the record has is not heard again.
 */
export function leftAudio(
  channels: readonly LeftChannel[],
  recorded: ReadonlyMap<number, RecordedChannel>,
): readonly LeftAudio[] {
  return channels.map(({ channel, settled, pieces }) => {
    const end = Math.round((recorded.get(channel)?.end ?? 0) * SAMPLE_RATE);
    const from = Math.max(settled, end);
    const left = after(pieces, from);
    return { channel, from, pieces: left, missingSeconds: missingSamples(left, from) / SAMPLE_RATE };
  });
}

/** The parts of pieces from a sample on. */
export function after(pieces: readonly LeftPiece[], from: number): readonly LeftPiece[] {
  return pieces.flatMap((piece) => {
    const known = Math.max(0, from - piece.from);
    if (known >= piece.samples.length) return [];
    return [{ from: piece.from + known, samples: piece.samples.subarray(known) }];
  });
}

function missingSamples(pieces: readonly LeftPiece[], from: number): number {
  let missing = 0;
  let end = from;
  for (const piece of pieces) {
    missing += piece.from - end;
    end = piece.from + piece.samples.length;
  }
  return missing;
}
