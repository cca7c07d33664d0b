// Transcribes a WAV file of 16-bit PCM, of any sample rate: node stream-file.mjs talk.wav [http://127.0.0.1:8000]
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createTranscriber } from '@auscult/client';

const [, , file, url = 'http://127.0.0.1:8000'] = process.argv;
if (file === undefined) throw new Error('Name a file: node stream-file.mjs talk.wav');

const { sampleRate, channels, dataAt } = await readHeader(file);
const transcriber = createTranscriber({ url, channels });
transcriber.on('final', ({ text, start }) => console.log(`${start.toFixed(1).padStart(7)} s  ${text}`));
transcriber.on('problem', ({ message }) => console.error(message));

await transcriber.start(samples(), { sampleRate });
const { durationSeconds, complete } = await transcriber.stop();
console.log(`${durationSeconds} s of audio, ${complete ? 'nothing' : 'something'} was lost`);

async function* samples() {
  for await (const bytes of createReadStream(file, { start: dataAt, highWaterMark: 64 * 1024 })) {
    yield new Int16Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 1);
  }
}

/** A WAV file is a list of chunks with a name and a length; "fmt " describes the format of "data". */
async function readHeader(path) {
  const header = Buffer.alloc(4096);
  const handle = await open(path);
  await handle.read(header, 0, header.length, 0);
  await handle.close();
  let format;
  for (let at = 12; at + 24 < header.length; at += 8 + header.readUInt32LE(at + 4)) {
    const name = header.toString('latin1', at, at + 4);
    if (name === 'fmt ') {
      if (header.readUInt16LE(at + 22) !== 16) throw new Error('Only 16-bit PCM is read here.');
      format = { channels: header.readUInt16LE(at + 10), sampleRate: header.readUInt32LE(at + 12) };
    }
    if (name === 'data' && format) return { ...format, dataAt: at + 8 };
  }
  throw new Error('This is not a WAV file of 16-bit PCM.');
}
