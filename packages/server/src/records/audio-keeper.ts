import { insertPiece } from './insert-or-replace.js';
import { sealAudio, type RecordedPiece } from './record-audio.js';
import { withAudio } from './record-head.js';
import type { ChangeSession } from './change-session.js';

/**
 * Keeps 16 kHz audio of a channel. Samples are gathered into pieces; called without samples, it keeps what is left at the
 * end. Resolves once the pieces of this call are on disk or given up; undefined if they make no piece yet.
 */
export type KeepAudio = (channel: number, samples: Float32Array | undefined) => Promise<void> | undefined;

interface KeeperServices {
  readonly sessionId: string;
  readonly dataKey: Buffer;
  readonly change: ChangeSession;
  /** Turns samples into pieces; undefined if audio is not kept. */
  readonly audioPieces:
    ((channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[]) | undefined;
  /** Called when audio could not be kept. */
  readonly onAudioLost: () => void;
}

/** The most pieces of audio that wait for the database; audio that comes while so many wait is not kept. */
const MOST_WAITING = 16;

/** Keeps the audio of one session with its record, in sealed pieces. */
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
