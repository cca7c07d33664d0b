import type { AudioPiece, AudioSpan } from '../messages/stream-audio.js';

/** What one process has been sent of the audio of streams, so that each sample is sent to it once. */
export interface SentAudio {
  /**
   * What is to be sent before a job of `span`: what follows the audio that the process has, or the whole span where that
   * leaves a gap. Nothing if it has all of it. Counts as sent from now on.
   */
  next(stream: string, span: AudioSpan, audio: SampleReader): AudioPiece | undefined;
  /** The process has no audio of the stream, or should drop it. Returns whether it was sent any. */
  forget(stream: string): boolean;
  /** Another process took its place. */
  clear(): void;
}

/** Gives 16 kHz samples of a job's stream, from the sample `from` to the end of the job's span. */
export type SampleReader = (from: number) => Int16Array;

/** Nothing has been sent. */
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
