import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { runCli } from '../cli/run-cli.js';
import { connectOptedIn } from '../support/client.js';
import { startRealServer } from '../support/real-server.js';
import { loadSpeech, transcriptOf, wordsOf } from '../support/speech.js';

test('no word of a transcript is in the log, the metrics or an error, whatever goes wrong', async () => {
  const speech = await loadSpeech('dictation/joe_s003');
  const server = await startRealServer('--workers', '1', '--max-frame-bytes', '500000');
  const client = await connectOptedIn(server.url);
  client.send(speech.pcm);
  client.send(`{"type":"audio","data":"${speech.text}"`);
  client.send({ type: 'audio', data: speech.text });
  client.send({ type: speech.text });
  client.send({ type: 'configure', language: speech.text, keyTerms: wordsOf(speech.text) });
  const [worker = 0] = server.workers();
  process.kill(worker, 'SIGKILL');
  client.send({ type: 'stop' });
  await client.next('stopped');
  expect(transcriptOf(client)).toMatch(/patient/i);
  const metrics = await (await fetch(`${server.url}/metrics?note=${encodeURIComponent(speech.text)}`)).text();
  await fetch(`${server.url}/${encodeURIComponent(speech.text)}`, {
    headers: { authorization: speech.text },
  });
  client.send(Buffer.concat([Buffer.from(speech.text), Buffer.alloc(600_000)]));
  expect(await client.closed).toBe(1009);
  server.signal('SIGTERM');
  expect(await server.exited).toBe(0);

  const errors = JSON.stringify([...client.all('error'), ...client.all('warning')]);
  expect(client.all('error').map(({ code }) => code)).toEqual([
    'malformed_json',
    'invalid_base64',
    'unknown_type',
    'invalid_message',
    'frame_too_large',
  ]);
  for (const word of canaries(speech.text + transcriptOf(client))) {
    expect(server.output().toLowerCase()).not.toContain(word);
    expect(metrics.toLowerCase()).not.toContain(word);
    expect(errors.toLowerCase()).not.toContain(word);
  }
});

test('nothing of a transcription is left in the home folder, least of all by a runtime that would report its use', async () => {
  const home = mkdtempSync(join(tmpdir(), 'auscult-home-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true });
  });
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'auscult');
  const { status, stdout } = await runCli(
    ['transcribe', clipPath('jfk/jfk.flac'), '--cache-directory', cache],
    {
      environment: {
        HOME: home,
        XDG_CACHE_HOME: join(home, '.cache'),
        XDG_CONFIG_HOME: join(home, '.config'),
      },
    },
  );
  expect([status, stdout]).toEqual([0, expect.stringMatching(/country/)]);
  expect(readdirSync(home)).toEqual([]);
});

/** Words that no log line would hold by chance. */
function canaries(text: string): ReadonlySet<string> {
  const words = wordsOf(text).filter((word) => word.length > 5);
  expect(words).toContain('patient');
  return new Set(words);
}
