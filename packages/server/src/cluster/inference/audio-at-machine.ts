import type { AudioPiece } from '@auscult/asr';

/** Which audio of each stream a machine was sent, whichever of its processes it was for, so that each sample crosses once. */
export interface AudioAtMachine {
  /** What to send in place of a piece: what the machine already has of it is only named. It counts as sent from now on. */
  readonly next: (piece: AudioPiece) => AudioToSend;
  /** Forgets a stream whose audio the machine has dropped, or is told to drop. */
  readonly forget: (stream: string) => void;
  readonly clear: () => void;
}

/** A piece, of which the machine has the beginning, the end, or nothing. */
interface AudioToSend {
  readonly known: KnownAudio | undefined;
  readonly rest: AudioPiece | undefined;
}

/** Names audio that the machine has, for one of its processes. In samples, as in an `AudioPiece`. */
export interface KnownAudio {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  readonly neededFrom: number;
}

/** Starts with a machine that has nothing. */
export function createAudioAtMachine(): AudioAtMachine {
  const streams = new Map<string, { readonly from: number; readonly to: number }>();
  return {
    next: (piece) => {
      const { stream, from, samples, neededFrom } = piece;
      const end = from + samples.length;
      const has = streams.get(stream);
      if (has === undefined || from < has.from || from > has.to) {
        streams.set(stream, { from, to: end });
        return { known: undefined, rest: piece };
      }
      streams.set(stream, { from: has.from, to: Math.max(has.to, end) });
      const to = Math.min(end, has.to);
      return {
        known: to === from ? undefined : { stream, from, to, neededFrom },
        rest: to === end ? undefined : { ...piece, from: to, samples: samples.subarray(to - from) },
      };
    },
    forget: (stream) => {
      streams.delete(stream);
    },
    clear: () => {
      streams.clear();
    },
  };
}
