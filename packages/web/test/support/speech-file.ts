import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSpeech } from '../../../server/test/support/speech.js';

/** Real speech as a WAV file, which the browser takes for what its microphone hears. */
export interface SpeechFile {
  readonly path: string;
  /** What is said. */
  readonly text: string;
  readonly remove: () => void;
}

/** Writes clips of the manifest, each with a second of silence behind it, to one file; then `silence` seconds of nothing. */
export async function writeSpeech(ids: readonly string[], silence = 0): Promise<SpeechFile> {
  const clips = await Promise.all(ids.map(loadSpeech));
  const pcm = Buffer.concat([...clips.map((clip) => clip.pcm), Buffer.alloc(silence * BYTES_PER_SECOND)]);
  const folder = mkdtempSync(join(tmpdir(), 'auscult-speech-'));
  const path = join(folder, 'speech.wav');
  writeFileSync(path, Buffer.concat([wavHeader(pcm.length), pcm]));
  return {
    path,
    text: clips.map(({ text }) => text).join(' '),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

const BYTES_PER_SECOND = 32_000;

/** RIFF header of 16 kHz mono 16-bit PCM. */
function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(BYTES_PER_SECOND, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}
