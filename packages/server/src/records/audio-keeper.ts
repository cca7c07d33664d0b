import { insertPiece } from './insert-or-replace.js';
import { sealAudio, type RecordedPiece } from './record-audio.js';
import { withAudio } from './record-head.js';
import type { ChangeSession } from './change-session.js';

/**
 * Keeps 16 kHz audio of a channel; `undefined` as samples keeps the remainder at the end. Resolves once none
 * of it waits; undefined if there is nothing to keep yet.
 */
export type KeepAudio = (channel: number, samples: Float32Array | undefined) => Promise<void> | undefined;

interface KeeperServices {
  readonly sessionId: string;
  readonly dataKey: Buffer;
  readonly change: ChangeSession;
  /** Turns samples into pieces; undefined if audio is not kept. */
  readonly audioPieces:
    ((channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[]) | undefined;
  /** Audio could not be kept. */
  readonly onAudioLost: () => void;
}

/** Pieces of audio that may wait for the database; audio that comes while so many wait is not kept. */
const MOST_WAITING = 16;

/** Audio of one session goes with its record, in sealed pieces. */
export function createAudioKeeper(services: KeeperServices): KeepAudio {
  const { sessionId, dataKey, change, audioPieces, onAudioLost } = services;
  let waiting = 0;

  const keep = async (piece: RecordedPiece): Promise<void> => {
    if (waiting >= MOST_WAITING) {
      onAudioLost();
      return;
    }
    waiting += 1;
    const row = sealAudio(dataKey, sessionId, piece);
    await change(async (transaction) => {
      await insertPiece(transaction, row);
      return { about: {}, head: (head) => withAudio(head, piece.channel, piece.place) };
    })
      .catch(onAudioLost)
      .finally(() => (waiting -= 1));
  };

  return (channel, samples) => {
    const pieces = audioPieces?.(channel, samples) ?? [];
    return pieces.length === 0 ? undefined : Promise.all(pieces.map(keep)).then(() => undefined);
  };
}
