import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from './speech.js';

/** Spoken words that are looked for in every usual encoding. */
export interface Canary {
  /** Names the traces that the bytes hold, such as `hexadecimal "apixaban"`; empty if there are none. */
  readonly heardIn: (bytes: Buffer | string) => readonly string[];
}

interface Trace {
  readonly name: string;
  readonly isIn: (bytes: Bytes) => boolean;
}

/** Bytes as text with one character for each, unchanged and in lower case. */
interface Bytes {
  readonly exact: string;
  readonly lower: string;
}

/** Shorter words prove nothing, since the log may contain them for other reasons. */
const SHORTEST_WORD = 6;
/** Bytes of audio that are looked for: so many that they cannot occur by chance. */
const AUDIO_BYTES = 64;

/** Makes a canary of `texts`, such as what was said and what was recognised, and of the audio, s16le. */
export function createCanary(texts: readonly string[], pcm: Uint8Array): Canary {
  const words = new Set(texts.flatMap(wordsOf).filter(({ length }) => length >= SHORTEST_WORD));
  const traces = [
    ...texts.map((text) => lowerCaseTrace(`"${text}"`, text)),
    ...[...words].flatMap(tracesOfWord),
    audioTrace(pcm),
  ];
  return {
    heardIn: (bytes) => {
      const exact =
        typeof bytes === 'string' ? Buffer.from(bytes).toString('latin1') : bytes.toString('latin1');
      const searched = { exact, lower: exact.toLowerCase() };
      return traces.filter(({ isIn }) => isIn(searched)).map(({ name }) => name);
    },
  };
}

/** Every file below a folder, and removed files below it that a process still has open. */
export function filesBelow(folder: string, pid?: number): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, entry);
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) found.set(path, readFileSync(path));
  }
  for (const path of pid === undefined ? [] : openPaths(pid))
    if (readlinkSync(path).startsWith(folder)) found.set(path, readFileSync(path));
  return found;
}

/** Removed files that a process has open. Works on Linux only. */
function openPaths(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => readlinkSync(path).endsWith('(deleted)'));
  } catch {
    return [];
  }
}

/** The first letter may be a capital, so encodings in which capitals differ are looked for without it. */
function tracesOfWord(word: string): readonly Trace[] {
  const rest = Buffer.from(word.slice(1));
  const wide = Buffer.from(word.slice(1), 'utf16le');
  return [
    lowerCaseTrace(`"${word}"`, word),
    lowerCaseTrace(`hexadecimal "${word}"`, rest.toString('hex')),
    // Without its last byte, which is zero, the text is found in either byte order.
    lowerCaseTrace(`UTF-16 "${word}"`, wide.subarray(0, -1).toString('latin1')),
    ...[0, 1, 2].flatMap((offset) => {
      const core = base64Core(rest, offset);
      return [core, core.replaceAll('+', '-').replaceAll('/', '_')].map((text) => ({
        name: `base64 "${word}"`,
        isIn: ({ exact }: Bytes) => exact.includes(text),
      }));
    }),
  ];
}

function lowerCaseTrace(name: string, text: string): Trace {
  const lower = Buffer.from(text, 'latin1').toString('latin1').toLowerCase();
  return { name, isIn: (bytes) => bytes.lower.includes(lower) };
}

/** The base64 characters that encode only these bytes, if `offset` other bytes come first in their group of three. */
function base64Core(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function audioTrace(pcm: Uint8Array): Trace {
  const samples = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const middle = Math.floor(samples.length / 4) * 2;
  const text = samples.subarray(middle, middle + AUDIO_BYTES).toString('latin1');
  return { name: 'audio', isIn: ({ exact }) => exact.includes(text) };
}
