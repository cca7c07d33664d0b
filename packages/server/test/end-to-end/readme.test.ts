import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { ownEnvironment, startRealServer } from '../support/real-server.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

test('the example of the package runs and ends', async () => {
  const [, example = ''] =
    /```js\n(.*?)```/s.exec(readFileSync(join(root, 'packages/server/README.md'), 'utf8')) ?? [];
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'example.mjs'), example);
  const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], {
    cwd: folder,
    env: ownEnvironment(),
  });
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\ntrue\n$/);
});

test('the client in the README transcribes a file when pasted', async () => {
  const [, client = ''] =
    /<!-- client -->\s+```js\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  expect(client.trim().split('\n').length).toBeLessThanOrEqual(20);
  const speech = await loadSpeech('jfk/jfk');
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'client.mjs'), client);
  writeFileSync(join(folder, 'talk.wav'), Buffer.concat([wavHeader(speech.pcm.length), speech.pcm]));
  const { url } = await startRealServer('--workers', '1');

  const socketUrl = `${url.replace('http', 'ws')}/ws/transcribe`;
  const { stdout } = await promisify(execFile)(process.execPath, ['client.mjs', 'talk.wav', socketUrl], {
    cwd: folder,
  });
  expect(wordErrorRate(speech.text, stdout)).toBeLessThan(0.15);
});

/** Where packages are found as they are in this repository. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(root, 'node_modules', '.readme-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

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
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}
