import { RequestError } from '../errors.js';

/** A part of a body: the bytes from `from` on, and before `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of a body of `size` bytes that the header Range asks for (RFC 9110, 14.2); undefined if the whole body is to be
 * sent, as for several parts, which no player asks for.
 * @throws {RequestError} `range_not_satisfiable` if it begins behind the end
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(Number(last), size);
  const [from, to] = [Number(first), last === '' ? size : Math.min(size, Number(last) + 1)];
  // Such a header counts as none.
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) throw notThere(size);
  return { from, to };
}

/** The last bytes of a body. */
function suffix(length: number, size: number): ByteRange {
  if (length === 0) throw notThere(size);
  return { from: Math.max(0, size - length), to: size };
}

function notThere(size: number): RequestError {
  return new RequestError('range_not_satisfiable', {
    field: 'range',
    limit: `bytes 0 to ${String(size - 1)}`,
  });
}
