import { frame, opcodes } from '../attacks/raw-frames.js';

/** Bytes that cost more than they seem by the pieces that they come in, not by what they say. */
export interface HostilePieces {
  /** Whether they are a connection's first bytes, or the frames of a live session. */
  readonly kind: 'before login' | 'after login' | 'message';
  readonly where: string;
  /** What makes them hostile. */
  readonly shape: string;
  /** What is written to the socket at once, given the header that authenticates. */
  readonly bytes: (authorization: string) => Buffer;
}

/** What a connection may cost, all in all, is promised for so much. */
const BYTES = 65_536;

/** The longest message by default. */
const MESSAGE_BYTES = 1024 ** 2;

/** Requests and messages in tiny pieces. */
export function hostilePieces(): readonly HostilePieces[] {
  return [
    ...Object.entries(pipelined()).map(([shape, text]): HostilePieces => ({
      kind: 'before login',
      where: 'pieces: pipelined requests',
      shape,
      bytes: () => Buffer.from(text),
    })),
    ...(['before login', 'after login'] as const).flatMap((kind) =>
      ['POST /api/v1/login', 'POST /api/v1/account/password', 'POST /api/v1/transcriptions'].flatMap(
        (where) =>
          Object.entries(requestsTo(where)).map(([shape, request]): HostilePieces => ({
            kind,
            where: `pieces: ${where}`,
            shape,
            bytes: (authorization) => Buffer.from(request(kind === 'after login' ? authorization : '')),
          })),
      ),
    ),
    ...Object.entries(fragmented()).map(([shape, bytes]): HostilePieces => ({
      kind: 'message',
      where: 'pieces: fragments',
      shape,
      bytes,
    })),
  ];
}

function filled(piece: string): string {
  return piece.repeat(BYTES / piece.length);
}

/** As many requests as fit, none of which waits for the answer to another. */
function pipelined(): Readonly<Record<string, string>> {
  return {
    'to a route': filled('GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n'),
    'to no route': filled('GET /x HTTP/1.1\r\nhost: a\r\n\r\n'),
    'without a host': filled('GET / HTTP/1.1\r\n\r\n'),
    'with expectations': filled('GET / HTTP/1.1\r\nhost: a\r\nexpect: x\r\n\r\n'),
    'with bodies': filled('POST /api/v1/login HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n{'),
    'with upgrades': filled('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
  };
}

function requestsTo(where: string): Readonly<Record<string, (authorization: string) => string>> {
  const type = where.endsWith('transcriptions') ? 'multipart/form-data; boundary=b' : 'application/json';
  const head = (authorization: string) =>
    `${where} HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\n${authorization}`;
  const chunked = (pieces: string) => (authorization: string) =>
    `${head(authorization)}transfer-encoding: chunked\r\n\r\n${pieces}`;
  return {
    'chunks of a byte': chunked(`${filled('1\r\n \r\n')}0\r\n\r\n`),
    'chunks of 20 bytes': chunked(`${filled(`14\r\n${' '.repeat(20)}\r\n`)}0\r\n\r\n`),
    'chunks of 100 bytes': chunked(`${filled(`64\r\n${' '.repeat(100)}\r\n`)}0\r\n\r\n`),
    'chunks with extensions': chunked(`${filled('1;a\r\n \r\n')}0\r\n\r\n`),
    'chunks with long sizes': chunked(`${filled('0000001\r\n \r\n')}0\r\n\r\n`),
    'many trailers': chunked(`1\r\n{\r\n0\r\n${filled('a:\r\n')}\r\n`),
    'many headers': (authorization) => `${head(authorization)}${filled('a:\r\n')}\r\n`,
    'headers of one name': (authorization) => `${head(authorization)}${'cookie:a\r\n'.repeat(1900)}\r\n`,
  };
}

/** Messages in fragments, and frames that stand between them. */
function fragmented(): Readonly<Record<string, () => Buffer>> {
  const { continuation, text, binary, ping } = opcodes;
  const message = (opcode: number, fragments: number, length: number, end = true) =>
    Buffer.concat([
      blankFrame(opcode, length, false),
      ...Array.from({ length: fragments - 2 }, () => blankFrame(continuation, length, false)),
      blankFrame(continuation, length, end),
    ]);
  const most = (length: number) => Math.floor(BYTES / (6 + length));
  return {
    'text, a byte each': () => message(text, most(1), 1),
    'audio, two bytes each': () => message(binary, most(2), 2),
    'nothing in any': () => message(text, most(0), 0),
    'without an end': () => message(text, most(0), 0, false),
    'a whole message, 64 bytes each': () => message(text, 16_000, 64),
    'a whole message, 1 KiB each': () => message(text, MESSAGE_BYTES / 1024, 1024),
    'pings between them': () =>
      Buffer.concat([
        blankFrame(text, 1, false),
        ...Array.from({ length: most(0) / 2 }, () => [
          blankFrame(ping, 0, true),
          blankFrame(continuation, 0, false),
        ]).flat(),
      ]),
  };
}

/** A frame of blanks. */
function blankFrame(opcode: number, length: number, isLast: boolean): Buffer {
  return frame(opcode, Buffer.alloc(length, ' '), isLast);
}
