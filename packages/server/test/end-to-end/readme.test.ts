import { expect, test } from 'vitest';
import { readExample, runExample } from '../../../protocol/test/support/readme-example.js';
import { ownEnvironment, startRealServer } from '../support/real-server.js';
import { loadSpeech, wordErrorRate } from '../support/speech.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

test('the example of the package runs and ends', async () => {
  const example = await readExample(new URL('../../README.md', import.meta.url));
  const { stdout } = await runExample(example, { env: ownEnvironment() });
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\ntrue\n$/);
});

test('the client in the README transcribes a file when pasted', async () => {
  const client = await readExample(new URL('../../../../README.md', import.meta.url), '<!-- client -->');
  expect(client.trim().split('\n').length).toBeLessThanOrEqual(20);
  const speech = await loadSpeech('jfk/jfk');
  const { url } = await startRealServer('--workers', '1');
  const { stdout } = await runExample(client, {
    args: ['talk.wav', `${url.replace('http', 'ws')}/ws/transcribe`],
    files: { 'talk.wav': waveFile(SPEECH_WAVE, speech.pcm) },
  });
  expect(wordErrorRate(speech.text, stdout)).toBeLessThan(0.15);
});
