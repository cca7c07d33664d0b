import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { waveFile } from '../../../server/test/support/wave.js';
import { spoken } from './spoken.js';

/** A real server, and a recording that Chromium takes for a microphone. */
export interface SpokenMicrophone {
  readonly server: RealServer;
  /** Path of the recording. */
  readonly microphone: string;
  /** What is said in it. */
  readonly text: string;
  readonly seconds: number;
  readonly stop: () => Promise<void>;
}

/** Starts the server and writes the recording. */
export async function startSpokenMicrophone(): Promise<SpokenMicrophone> {
  const server = await spawnRealServer('--workers', '1');
  const folder = await mkdtemp(join(tmpdir(), 'auscult-microphone-'));
  const microphone = join(folder, 'jfk.wav');
  const { text, samples } = await spoken('jfk/jfk');
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  await writeFile(microphone, waveFile({ tag: 1, bits: 16, sampleRate: 16_000, channels: 1 }, data));
  return {
    server,
    microphone,
    text,
    seconds: samples.length / 16_000,
    stop: async () => {
      server.signal('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}
