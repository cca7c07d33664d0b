import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSpeech } from '../../../server/test/support/speech.js';
import { SPEECH_WAVE, waveFile } from '../../../server/test/support/wave.js';

/** Real speech as a WAV file, which the browser plays as the input of its microphone. */
export interface SpeechFile {
  readonly path: string;
  /** What is said. */
  readonly text: string;
  readonly remove: () => void;
}

/** Writes clips of the manifest to one file: a second of silence after each, and `silence` more seconds at the end. */
export async function writeSpeech(ids: readonly string[], silence = 0): Promise<SpeechFile> {
  const clips = await Promise.all(ids.map(loadSpeech));
  const pcm = Buffer.concat([...clips.map((clip) => clip.pcm), Buffer.alloc(silence * BYTES_PER_SECOND)]);
  const folder = mkdtempSync(join(tmpdir(), 'auscult-speech-'));
  const path = join(folder, 'speech.wav');
  writeFileSync(path, waveFile(SPEECH_WAVE, pcm));
  return {
    path,
    text: clips.map(({ text }) => text).join(' '),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

const BYTES_PER_SECOND = 32_000;
