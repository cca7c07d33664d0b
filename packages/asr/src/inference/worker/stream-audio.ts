import { LRUCache } from 'lru-cache';
import { SAMPLE_RATE } from '../../audio/sample-rate.js';
import type { AudioPiece, AudioSpan } from '../messages/stream-audio.js';

/** The latest audio of streams, in fixed memory. Audio that was dropped is sent again, which costs time but no text. */
export interface StreamAudio {
  /** Takes samples. They extend the kept audio of their stream if they follow it directly, and replace it otherwise. */
  append(piece: AudioPiece): void;
  /** The samples of a span, within ±1, which nobody may change; undefined if any is missing. */
  read(stream: string, span: AudioSpan): Float32Array | undefined;
  forget(stream: string): void;
}

/** Makes an empty store. */
export function createStreamAudio(maxBytes = MAX_BYTES): StreamAudio {
  const streams = new LRUCache<string, KeptAudio>({
    maxSize: maxBytes,
    sizeCalculation: ({ samples }) => samples.byteLength,
  });
  return {
    append(piece) {
      if (piece.samples.length === 0) return;
      const kept = streams.get(piece.stream);
      const before = kept && endOf(kept) === piece.from ? kept : nothingAt(piece.from);
      const after = withRoom(before, piece);
      write(after, piece.samples);
      if (after !== kept) streams.set(piece.stream, after);
    },
    read(stream, { from, to, silenceAhead, speed }) {
      const kept = streams.get(stream);
      if (!kept || from < kept.start || to > endOf(kept)) return undefined;
      const spoken = kept.samples.subarray(from - kept.start, to - kept.start);
      const samples = speed === 1 ? spoken : atSpeed(spoken, speed);
      return silenceAhead > 0 ? behindSilence(samples, silenceAhead) : samples;
    },
    forget(stream) {
      streams.delete(stream);
    },
  };
}

/** Memory for audio in one process, bytes: enough for 25 streams with the longest windows. */
const MAX_BYTES = 60_000_000;

/** Room left for the audio that follows, samples: 8 s, in which about ten partials are asked for. */
const ROOM = 8 * SAMPLE_RATE;

/** Audio of one stream. What has been written is never moved or changed, as jobs read it where it is. */
interface KeptAudio {
  /** The position of its first sample in the stream. */
  readonly start: number;
  readonly samples: Float32Array;
  /** Samples that have been written. */
  length: number;
}

function nothingAt(start: number): KeptAudio {
  return { start, samples: new Float32Array(0), length: 0 };
}

function endOf({ start, length }: KeptAudio): number {
  return start + length;
}

/** The audio itself if it has room for the piece; otherwise the part of it that is still needed, in a larger buffer. */
function withRoom(kept: KeptAudio, { samples: { length: added }, neededFrom }: AudioPiece): KeptAudio {
  if (kept.length + added <= kept.samples.length) return kept;
  const start = Math.min(endOf(kept), Math.max(kept.start, neededFrom));
  const needed = kept.samples.subarray(start - kept.start, kept.length);
  const samples = new Float32Array(needed.length + added + ROOM);
  samples.set(needed);
  return { start, samples, length: needed.length };
}

function write(kept: KeptAudio, added: Int16Array): void {
  const { samples, length } = kept;
  for (let i = 0; i < added.length; i++) samples[length + i] = (added[i] as number) / 32_768;
  kept.length += added.length;
}

/**
 * Linear interpolation will do: what it adds above 4 kHz does not matter to the models. A longer piece begins with the same
 * samples as a shorter one, so that its encoding can go on from there.
 */
function atSpeed(samples: Float32Array, speed: number): Float32Array {
  const changed = new Float32Array(Math.floor(samples.length / speed));
  for (let i = 0; i < changed.length; i++) {
    const place = i * speed;
    const before = Math.floor(place);
    const one = samples[before] as number;
    changed[i] = one + (place - before) * ((samples[before + 1] ?? one) - one);
  }
  return changed;
}

function behindSilence(samples: Float32Array, silence: number): Float32Array {
  const longer = new Float32Array(silence + samples.length);
  longer.set(samples, silence);
  return longer;
}
