import type { StoredRecording } from '../recording.js';
import type { ReadRange } from './message-schemas.js';
import { PIECE_BYTES } from './messages.js';

/** What another process can decode: a stored recording, or a stream that comes once. */
export type DecoderSource = StoredRecording | AsyncIterable<Uint8Array>;

/** A source, given in pieces as a decoder asks for them. */
export interface SourcePieces {
  /** Bytes; undefined for a stream. */
  readonly size: number | undefined;
  /** Bytes given so far; those given twice count twice. */
  given(): number;
  /**
   * A range of the stored bytes, or the next bytes of a stream; none at the end. Throws a `RangeError` for a range
   * outside of it.
   */
  read(range: ReadRange | undefined): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Gives at most `PIECE_BYTES` at a time. */
export function openSourcePieces(source: DecoderSource): SourcePieces {
  let given = 0;
  const count = (bytes: Uint8Array): Uint8Array => {
    given += bytes.length;
    return bytes;
  };
  if (Symbol.asyncIterator in source) {
    const next = inPieces(source);
    return {
      size: undefined,
      given: () => given,
      read: async (range) => {
        if (range !== undefined) throw new RangeError('a stream is read from front to back');
        const piece = await next.next();
        return count(piece.done === true ? new Uint8Array(0) : piece.value);
      },
      close: async () => {
        await next.return(undefined);
      },
    };
  }
  return {
    size: source.size,
    given: () => given,
    read: async (range) => {
      const { start, end } = range ?? { start: 0, end: -1 };
      if (start > end || end > source.size || end - start > PIECE_BYTES)
        throw new RangeError('no such bytes');
      const pieces: Uint8Array[] = [];
      for await (const piece of source.read(start, end)) pieces.push(piece);
      const [first = new Uint8Array(0)] = pieces;
      return count(pieces.length > 1 ? Buffer.concat(pieces) : first);
    },
    close: () => Promise.resolve(),
  };
}

async function* inPieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  }
}
