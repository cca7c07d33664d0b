import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from './speech.js';

/** Spoken words that are looked for, in every encoding in which bytes may hold them. */
export interface Canary {
  /** Names what of it the bytes hold, such as `hexadecimal "apixaban"`; empty if nothing. */
  readonly heardIn: (bytes: Buffer | string) => readonly string[];
}

interface Trace {
  readonly name: string;
  readonly isIn: (bytes: Bytes) => boolean;
}

/** Bytes as text of one character each, as they are and in lower case. */
interface Bytes {
  readonly exact: string;
  readonly lower: string;
}

/** Words that are shorter, or that the log holds for reasons of its own, prove nothing. */
const SHORTEST_WORD = 6;
/** Bytes of audio, enough not to come about by chance. */
const AUDIO_BYTES = 64;

/** A canary that knows what was said, what was heard of it, and its audio, s16le. */
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

/** Every file below a folder, and those below it that a process has open though their names are gone. */
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

/** Linux only. */
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

/** The first letter may be large or small: encodings that tell them apart are looked for without it. */
function tracesOfWord(word: string): readonly Trace[] {
  const rest = Buffer.from(word.slice(1));
  const wide = Buffer.from(word.slice(1), 'utf16le');
  return [
    lowerCaseTrace(`"${word}"`, word),
    lowerCaseTrace(`hexadecimal "${word}"`, rest.toString('hex')),
    // Without its last byte it is in the text whichever byte of a character comes first.
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

/** The characters that encode these bytes alone, where so many others go before them in their group of three. */
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
