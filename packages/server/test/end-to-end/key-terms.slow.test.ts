import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectOptedIn } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, transcriptOf } from '../support/speech.js';
import { until } from '../support/until.js';
import { clipFile, ended, result, submit } from '../support/upload.js';

const DRUGS = ['metoprolol', 'lisinopril', 'apixaban', 'bisoprolol'];

let server: RealServer;
beforeAll(async () => {
  server = await spawnRealServer(
    ...['--workers', '1', '--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'],
  );
});
afterAll(() => {
  server.signal('SIGKILL');
});

/** What a session with these settings hears in a clip. */
async function hear(clip: string, settings: object): Promise<string> {
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', partials: false, ...settings });
  await client.next('ready');
  client.send((await loadSpeech(clip)).pcm);
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close(1000);
  await client.closed;
  return transcriptOf(client);
}

describe('a drug', () => {
  test.each([
    ['dictation/joe_s001', 'metoprolol'],
    ['dictation/joe_s003', 'apixaban'],
  ])('in %s is recognised with key terms or the lexicon, and not without', async (clip, drug) => {
    expect(await hear(clip, { lexicon: 'none' })).not.toContain(drug);
    expect(await hear(clip, { lexicon: 'none', keyterms: DRUGS })).toContain(drug);
    expect(await hear(clip, { lexicon: 'medical' })).toContain(drug);
  });

  test('is written as in the list', async () => {
    const keyterms = ['MetoPROLOL'];
    expect(await hear('dictation/joe_s001', { lexicon: 'none', keyterms })).toContain('MetoPROLOL');
  });

  test('in an upload is recognised with key terms', async () => {
    const fields = { keyterms: JSON.stringify(DRUGS), lexicon: 'none' };
    const { id } = await submit(server.url, await clipFile(), fields);
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    expect(await (await result(server.url, id, '?format=text')).text()).toContain('metoprolol');
  });
});

describe('key terms', () => {
  test.each(['noise/keyboard-typing', 'noise/pink', 'noise/silence'])(
    'are not inserted in %s',
    async (clip) => {
      expect(await hear(clip, { keyterms: DRUGS })).toBe('');
    },
  );

  test('are not inserted where something else is said', async () => {
    const heard = await hear('jfk/jfk', { keyterms: DRUGS });
    expect(heard).toMatch(/country/i);
    for (const drug of DRUGS) expect(heard.toLowerCase()).not.toContain(drug);
  });

  test('are not in the log', async () => {
    await hear('dictation/joe_s001', { keyterms: [...DRUGS, 'Mrs Canary', 'mrs canary'] });
    await until(() => server.output().includes('session closed'));
    expect(server.output()).not.toMatch(new RegExp([...DRUGS, 'canary'].join('|'), 'i'));
  });
});
