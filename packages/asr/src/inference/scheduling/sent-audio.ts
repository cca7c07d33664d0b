import type { AudioPiece, AudioSpan } from '../messages/stream-audio.js';

/** Which audio of each stream one process has been sent, so that it is sent each sample once. */
export interface SentAudio {
  /**
   * The audio to send before a job of `span`: the part that follows the audio that the process has, or the whole span if
   * there would be a gap. Undefined if the process has all of it. The audio counts as sent from now on.
   */
  next(stream: string, span: AudioSpan, audio: SampleReader): AudioPiece | undefined;
  /** Forgets a stream whose audio the process has dropped or is told to drop. Returns whether it was sent any. */
  forget(stream: string): boolean;
  /** Notes that another process has taken its place. */
  clear(): void;
}

/** Gives 16 kHz samples of a job's stream, from the sample `from` to the end of the job's span. */
export type SampleReader = (from: number) => Int16Array;

/** Starts with nothing sent. */
export function createSentAudio(): SentAudio {
  const sent = new Map<string, Pick<AudioSpan, 'from' | 'to'>>();
  return {
    next(stream, { from, to }, audio) {
      const earlier = sent.get(stream);
      const continues = earlier !== undefined && earlier.from <= from && from <= earlier.to;
      if (continues && to <= earlier.to) return undefined;
      sent.set(stream, { from: continues ? earlier.from : from, to });
      const first = continues ? earlier.to : from;
      return { stream, from: first, samples: audio(first), neededFrom: from };
    },
    forget: (stream) => sent.delete(stream),
    clear: () => {
      sent.clear();
    },
  };
}
