import { expect, test } from 'vitest';
import { readExample, runExample } from '../../../protocol/test/support/readme-example.js';
import { connectOptedIn } from '../support/client.js';
import { ownEnvironment, startRealServer } from '../support/real-server.js';
import { loadSpeech, transcriptOf, wordErrorRate } from '../support/speech.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

test('the example of the package runs and ends', async () => {
  const example = await readExample(new URL('../../README.md', import.meta.url));
  const { stdout } = await runExample(example, { env: ownEnvironment() });
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\ntrue\n$/);
});

const ROOT = new URL('../../../../README.md', import.meta.url);

test('the client in the README transcribes a file when pasted', async () => {
  const client = await readExample(ROOT, '<!-- client -->');
  expect(client.trim().split('\n').length).toBeLessThanOrEqual(20);
  const speech = await loadSpeech('jfk/jfk');
  const { url } = await startRealServer('--workers', '1');
  const { stdout } = await runExample(client, {
    args: ['talk.wav', `${url.replace('http', 'ws')}/ws/transcribe`],
    files: { 'talk.wav': waveFile(SPEECH_WAVE, speech.pcm) },
  });
  expect(wordErrorRate(speech.text, stdout)).toBeLessThan(0.15);
});

test(
  'the key terms of the README are accepted as written there, and recognised',
  { timeout: 180_000 },
  async () => {
    const configure = JSON.parse(await readExample(ROOT, '<!-- key terms -->', 'json')) as {
      readonly keyterms: readonly unknown[];
    };
    const { url } = await startRealServer(
      ...['--workers', '1', '--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'],
    );
    const client = await connectOptedIn(url);
    client.send(configure);
    expect(await client.next('ready')).toMatchObject({ keyterms: configure.keyterms.length });
    client.send((await loadSpeech('dictation/joe_s001')).pcm);
    client.send({ type: 'stop' });
    await client.next('stopped');
    expect(transcriptOf(client)).toContain('metoPROLOL');
    expect([...client.all('warning'), ...client.all('error')]).toEqual([]);
  },
);
