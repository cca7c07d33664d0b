import type { AudioPiece } from '@auscult/asr';
import { LRUCache } from 'lru-cache';
import type { KnownAudio } from './audio-at-machine.js';

/**
 * The latest audio of streams at a machine of several processes, in fixed memory: whichever of them gets the next job of a stream,
 * its audio need not cross the network again. What was dropped is sent again.
 */
export interface MachineAudio {
  /** Keeps samples. They extend the audio of their stream if they follow it directly, and replace it otherwise. */
  readonly keep: (piece: AudioPiece) => void;
  /** The samples that are named; undefined if any is missing. */
  readonly read: (known: KnownAudio) => AudioPiece | undefined;
  readonly forget: (stream: string) => void;
  readonly forgetAll: (isOver: (stream: string) => boolean) => void;
}

/** Memory for each process of the machine, bytes: a quarter of an hour of audio. */
const BYTES_A_PROCESS = 30_000_000;

/** A stream is kept in pieces as they came, the oldest of which are dropped once nobody needs them. */
type Pieces = readonly AudioPiece[];

/** Starts with nothing. */
export function createMachineAudio(processes: number): MachineAudio {
  const streams = new LRUCache<string, Pieces>({
    maxSize: BYTES_A_PROCESS * processes,
    sizeCalculation: (pieces) => pieces.reduce((sum, { samples }) => sum + samples.byteLength, 0),
  });
  return {
    keep: (piece) => {
      if (piece.samples.length === 0) return;
      const before = streams.get(piece.stream) ?? [];
      const last = before.at(-1);
      const continued = last !== undefined && endOf(last) === piece.from ? before : [];
      streams.set(piece.stream, [...continued.filter((one) => endOf(one) > piece.neededFrom), piece]);
    },
    read: ({ stream, from, to, neededFrom }) => {
      const pieces = streams.get(stream) ?? [];
      const [first] = pieces;
      const last = pieces.at(-1);
      if (first === undefined || last === undefined || from < first.from || to > endOf(last))
        return undefined;
      const samples = new Int16Array(to - from);
      for (const piece of pieces) {
        const [start, end] = [Math.max(from, piece.from), Math.min(to, endOf(piece))];
        if (start < end)
          samples.set(piece.samples.subarray(start - piece.from, end - piece.from), start - from);
      }
      return { stream, from, samples, neededFrom };
    },
    forget: (stream) => {
      streams.delete(stream);
    },
    forgetAll: (isOver) => {
      for (const stream of [...streams.keys()]) if (isOver(stream)) streams.delete(stream);
    },
  };
}

function endOf({ from, samples }: AudioPiece): number {
  return from + samples.length;
}
