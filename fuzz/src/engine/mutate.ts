import type { Random } from './random.js';

/** The material from which mutations are made. */
export interface Material {
  readonly random: Random;
  /** Another input of the corpus. */
  readonly other: () => Buffer;
  /** Constants with which the code compares. */
  readonly literals: readonly Buffer[];
  /** The most bytes of an input. */
  readonly longest: number;
}

/** Another input made of `input` by a few changes. `input` itself stays as it is. */
export function mutate(input: Buffer, material: Material): Buffer {
  const { random, longest } = material;
  let changed: Buffer = Buffer.from(input);
  // Few changes in most cases, since an input that led somewhere new is nearly right.
  for (let steps = 1 << random.below(4); steps > 0; steps--) {
    const change = random.pick(changes);
    if (change !== undefined) changed = change(changed, material).subarray(0, longest);
  }
  return changed;
}

type Change = (bytes: Buffer, material: Material) => Buffer;

/** Numbers at the limits of what formats can express. */
const EDGES = [
  ...[0, 1, 2, 3, 4, 7, 8, 16, 32, 64, 100, 127, 128, 254, 255, 256, 512, 1000, 1024, 4096, 32767, 32768],
  ...[65535, 65536, 0x7fffff, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff],
];

const NUMBERS_AS_TEXT = [
  ...[
    '0',
    '-1',
    '1e308',
    '-0',
    '1e-400',
    '0.1',
    '4294967296',
    '9007199254740993',
    '1e3',
    '99999999999999999999',
  ],
  ...[
    'null',
    'true',
    '""',
    '[]',
    '{}',
    '"\\u0000"',
    '"\\ud800"',
    '__proto__',
    '\u202e',
    '💉',
    '\r\n',
    '\t',
    '..',
    '%00',
  ],
];

const changes: readonly Change[] = [
  (bytes, { random }) => setByte(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, { random }) => setByte(bytes, random, () => random.below(256)),
  (bytes, { random }) => setByte(bytes, random, (byte) => byte + random.below(35) - 17),
  writeEdge,
  writeEdge,
  (bytes, { random }) => withoutSpan(bytes, spanOf(bytes, random)),
  (bytes, { random }) => insert(bytes, random.below(bytes.length + 1), copyOf(bytes, spanOf(bytes, random))),
  repeatSpan,
  nestSpan,
  (bytes, { random, other }) => crossWith(bytes, other(), random),
  (bytes, { random, other }) => {
    const from = other();
    return insert(bytes, random.below(bytes.length + 1), copyOf(from, spanOf(from, random)));
  },
  (bytes, { random, literals }) => insert(bytes, random.below(bytes.length + 1), random.pick(literals)),
  (bytes, { random, literals }) => overwrite(bytes, random.below(bytes.length + 1), random.pick(literals)),
  (bytes, { random }) =>
    insert(bytes, random.below(bytes.length + 1), Buffer.from(random.pick(NUMBERS_AS_TEXT) ?? '')),
  replaceDigits,
  (bytes, { random }) => bytes.subarray(0, random.below(bytes.length + 1)),
];

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A random span of `bytes`; short ones are drawn more often. */
function spanOf(bytes: Buffer, random: Random): Span {
  const start = random.below(bytes.length);
  const most = random.chance(0.8) ? 16 : bytes.length;
  return { start, end: Math.min(bytes.length, start + 1 + random.below(most)) };
}

function copyOf(bytes: Buffer, { start, end }: Span): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}

function setByte(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  bytes[at] = change(bytes[at] ?? 0) & 255;
  return bytes;
}

function writeEdge(bytes: Buffer, { random }: Material): Buffer {
  const width = random.pick([1, 2, 3, 4]) ?? 1;
  if (bytes.length < width) return bytes;
  const at = random.below(bytes.length - width + 1);
  const value = (random.pick(EDGES) ?? 0) % 256 ** width;
  if (random.chance(0.5)) bytes.writeUIntBE(value, at, width);
  else bytes.writeUIntLE(value, at, width);
  return bytes;
}

function withoutSpan(bytes: Buffer, { start, end }: Span): Buffer {
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function insert(bytes: Buffer, at: number, piece: Buffer | undefined): Buffer {
  return piece === undefined ? bytes : Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function overwrite(bytes: Buffer, at: number, piece: Buffer | undefined): Buffer {
  if (piece === undefined) return bytes;
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)]);
}

/** Repeats a part, which makes inputs deep, wide or long. */
function repeatSpan(bytes: Buffer, { random, longest }: Material): Buffer {
  if (bytes.length === 0) return bytes;
  const span = spanOf(bytes, random);
  const piece = copyOf(bytes, span);
  const most = Math.max(1, Math.floor((longest - bytes.length) / piece.length));
  const times = random.chance(0.97) ? 1 + random.below(Math.min(most, 64)) : most;
  return insert(bytes, span.start, Buffer.concat(Array.from({ length: times }, () => piece)));
}

const BRACKETS = [
  ['[', ']'],
  ['{"a":', '}'],
  ['(', ')'],
] as const;

/** Puts a part into brackets, often many times. The text stays well formed however deep it becomes. */
function nestSpan(bytes: Buffer, { random, longest }: Material): Buffer {
  const [open, close] = random.pick(BRACKETS) ?? BRACKETS[0];
  const span = random.chance(0.5) ? { start: 0, end: bytes.length } : spanOf(bytes, random);
  const most = Math.max(1, Math.floor((longest - bytes.length) / (open.length + close.length)));
  const depth = random.chance(0.97) ? 1 + random.below(Math.min(most, 32)) : most;
  return Buffer.concat([
    bytes.subarray(0, span.start),
    Buffer.from(open.repeat(depth)),
    bytes.subarray(span.start, span.end),
    Buffer.from(close.repeat(depth)),
    bytes.subarray(span.end),
  ]);
}

function crossWith(bytes: Buffer, other: Buffer, random: Random): Buffer {
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function replaceDigits(bytes: Buffer, { random }: Material): Buffer {
  const text = bytes.toString('latin1');
  const numbers = [...text.matchAll(/-?\d[\d.eE+-]*/gu)];
  const chosen = random.pick(numbers);
  if (chosen === undefined) return bytes;
  const value = random.chance(0.5) ? String(random.pick(EDGES)) : (random.pick(NUMBERS_AS_TEXT) ?? '0');
  return Buffer.concat([
    bytes.subarray(0, chosen.index),
    Buffer.from(value),
    bytes.subarray(chosen.index + chosen[0].length),
  ]);
}
