import { createHash } from 'node:crypto';
import { SpeechError } from '../speech-error.js';
import type { SpeakerMemory } from './diarization.js';
import type { FoundingWindow } from './founding-windows.js';
import { dot } from './vectors.js';

/**
 * Writes what is known of the speakers of a stream: at most 55 kB. It holds voices, which identify people: keep it only
 * encrypted, and no longer than the audio.
 */
export function writeSpeakerState({ founding, voices, merged }: SpeakerMemory): Uint8Array {
  const windows = thinnedOut(founding);
  const size = (founding[0]?.voice ?? [...voices.values()][0])?.length ?? 0;
  const vectorBytes = Float32Array.BYTES_PER_ELEMENT + size;
  const length =
    HEADER_BYTES + (windows.length + voices.size) * (vectorBytes + 2) + merged.size * 2 + CHECKSUM_BYTES;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint8(4, VERSION);
  view.setUint16(5, size);
  view.setUint16(7, windows.length);
  view.setUint8(9, voices.size);
  view.setUint8(10, merged.size);
  let at = HEADER_BYTES;
  const writeVector = (vector: Float32Array) => {
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    view.setFloat32(at, largest);
    at += 4;
    for (const value of vector) view.setInt8(at++, Math.round((value / largest) * LARGEST_BYTE));
  };
  for (const { voice, seconds, pinned } of windows) {
    view.setUint8(at++, Math.round(Math.min(MOST_SECONDS, seconds) * SECOND));
    view.setInt8(at++, pinned ?? NOBODY);
    writeVector(voice);
  }
  for (const [speaker, voice] of voices) {
    view.setUint16(at, speaker);
    at += 2;
    writeVector(voice);
  }
  for (const [from, into] of merged) {
    view.setUint8(at++, from);
    view.setUint8(at++, into);
  }
  bytes.set(checksumOf(bytes.subarray(0, at)), at);
  return bytes;
}

/**
 * Reads what `writeSpeakerState` wrote.
 *
 * @throws SpeechError `speaker_state_damaged` for anything else.
 */
export function readSpeakerState(bytes: Uint8Array): SpeakerMemory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength - CHECKSUM_BYTES;
  if (end < HEADER_BYTES || MAGIC.some((value, place) => bytes[place] !== value)) throw damaged();
  if (view.getUint8(4) !== VERSION) throw damaged();
  const checksum = checksumOf(bytes.subarray(0, end));
  if (checksum.some((value, place) => bytes[end + place] !== value)) throw damaged();
  const size = view.getUint16(5);
  const [windows, speakers, merges] = [view.getUint16(7), view.getUint8(9), view.getUint8(10)];
  if (HEADER_BYTES + (windows + speakers) * (size + 6) + merges * 2 !== end) throw damaged();
  let at = HEADER_BYTES;
  const readVector = (): Float32Array => {
    const largest = view.getFloat32(at);
    at += 4;
    const vector = Float32Array.from({ length: size }, () => (view.getInt8(at++) / LARGEST_BYTE) * largest);
    const length = Math.max(1e-9, Math.sqrt(dot(vector, vector)));
    return vector.map((value) => value / length);
  };
  const founding = Array.from({ length: windows }, (): FoundingWindow => {
    const seconds = view.getUint8(at++) / SECOND;
    const pinned = view.getInt8(at++);
    return { seconds, voice: readVector(), ...(pinned === NOBODY ? {} : { pinned }) };
  });
  const voices = new Map(
    Array.from({ length: speakers }, (): [number, Float32Array] => {
      const speaker = view.getUint16(at);
      at += 2;
      return [speaker, readVector()];
    }),
  );
  const merged = new Map(
    Array.from({ length: merges }, (): [number, number] => [view.getUint8(at++), view.getUint8(at++)]),
  );
  return { founding, voices, merged };
}

const MAGIC = new TextEncoder().encode('AUSP');
const VERSION = 1;
const HEADER_BYTES = 11;
const CHECKSUM_BYTES = 16;

/** Values of vectors are kept in a byte each, which changes cosines by less than 0.01. */
const LARGEST_BYTE = 127;

/** Seconds are kept in hundredths. */
const SECOND = 100;
const MOST_SECONDS = 2.55;

/** In the place of the speaker that a person gave a window to. */
const NOBODY = -1;

/** The windows that are kept: they found the same speakers again, in a third of the bytes. */
const MOST_KEPT = 200;

function thinnedOut(windows: readonly FoundingWindow[]): readonly FoundingWindow[] {
  const count = Math.min(MOST_KEPT, windows.length);
  return windows.filter(
    (_, at) => Math.floor(((at + 1) * count) / windows.length) > Math.floor((at * count) / windows.length),
  );
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECKSUM_BYTES);
}

function damaged(): SpeechError {
  return new SpeechError(
    'speaker_state_damaged',
    'What was kept of the speakers of this session is damaged, or of another version.',
    'Continue without it: speakers are then counted from 0 again.',
  );
}
