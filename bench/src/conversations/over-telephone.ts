import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { SAMPLE_RATE } from '../clips/sound.js';

/** Sound as it comes out of a telephone line: 8 kHz in mulaw, and back to 16 kHz. Needs ffmpeg, whose absence throws. */
export async function overTelephone(pcm: Int16Array): Promise<Int16Array> {
  const mulaw = ['-ar', '8000', '-ac', '1', '-f', 'mulaw'];
  const line = await convert(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength), RAW, mulaw);
  const heard = await convert(line, mulaw, RAW);
  return Int16Array.from({ length: Math.floor(heard.length / 2) }, (_, at) => heard.readInt16LE(2 * at));
}

const RAW = ['-ar', String(SAMPLE_RATE), '-ac', '1', '-f', 's16le'];

async function convert(input: Buffer, from: readonly string[], to: readonly string[]): Promise<Buffer> {
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', ...from, '-i', 'pipe:0', ...to, 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const converted = buffer(ffmpeg.stdout);
  const spawned = once(ffmpeg, 'spawn');
  ffmpeg.stdin.end(input);
  await spawned;
  return converted;
}
