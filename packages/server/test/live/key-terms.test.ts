import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyTermLimits, listKeyTerms, termsOfList, type LiveOptions } from '@auscult/asr';
import { protocolLimits, serverMessages } from '@auscult/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { bearer, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, formOf, post, submit } from '../support/upload.js';
import { until } from '../support/until.js';

async function configure(client: Client, fields: object) {
  client.send({ type: 'configure', ...fields });
  return client.next('ready');
}

const HBA1C = { text: 'HbA1c', weight: 1.5, soundsLike: ['h b a one c'] };

/** The terms that a stream listens for. */
function textsIn(options: LiveOptions | undefined): readonly string[] {
  const terms = options?.keyTerms;
  if (terms === undefined || !('json' in terms)) throw new Error('the stream has no list of terms');
  return termsOfList(terms).map(({ text }) => text);
}

/** A folder of key terms for everybody and for the tenant `north`. */
function folderOfTerms(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-terms-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'tenants'));
  writeFileSync(join(folder, 'server.txt'), 'metoprolol\nHbA1c\n');
  writeFileSync(join(folder, 'tenants', 'north.txt'), 'Dr. Ito\n');
  return folder;
}

test('the protocol has the limits of the recognizer for key terms', () => {
  expect({
    terms: protocolLimits.keyTerms.max,
    characters: protocolLimits.keyTermLength.max,
    words: protocolLimits.keyTermWords.max,
    weight: protocolLimits.keyTermWeight,
    soundsLike: protocolLimits.keyTermSayings.max,
  }).toEqual(keyTermLimits);
});

describe('a session with key terms', () => {
  test('uses them on each channel and in the record pass', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    const keyterms = ['metoprolol', HBA1C];
    const ready = await configure(client, { keyterms, channels: 2, refine: 'on-stop' });
    expect(ready).toMatchObject({ keyterms: 2, lexicon: 'medical' });
    client.send(silence(1));
    client.send({ type: 'stop' });
    await client.next('refined');
    expect(recognizer.streams.length).toBeGreaterThan(2);
    for (const { options } of recognizer.streams)
      expect(options).toMatchObject({
        keyTerms: listKeyTerms([{ text: 'metoprolol' }, HBA1C]),
        lexicon: 'medical',
      });
    expect(client.all('warning')).toEqual([]);
  });

  test('gets one warning for each reason why terms are ignored, without their text', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    const keyterms = ['Canary', 'canary', '💊', '142/88', 'Канарейка', 'the', 'of the'];
    expect(await configure(client, { keyterms })).toMatchObject({ keyterms: 1 });
    expect(await client.next('warning')).toMatchObject({ code: 'key_terms_ignored', count: 4 });
    expect(await client.next('warning')).toMatchObject({ code: 'key_terms_common', count: 2 });
    expect(await configure(client, { keyterms: [] })).toMatchObject({ keyterms: 0 });
    const warnings = client.all('warning');
    expect(warnings).toHaveLength(2);
    for (const warning of warnings) serverMessages.warning.parse(warning);
    expect(JSON.stringify(warnings)).toContain('1 that stand in the list already');
    expect(JSON.stringify(warnings) + server.log()).not.toMatch(/canary|канарейка/i);
  });

  test('gets an error for invalid terms, and keeps those before', async () => {
    const { url, log } = await startScriptedServer({ logLevel: 'debug' });
    const client = await connectOptedIn(url);
    await configure(client, { keyterms: ['apixaban'] });
    client.send({ type: 'configure', keyterms: ['Canary', `Canary ${'x'.repeat(500)}`] });
    expect(await client.next('error')).toMatchObject({ code: 'invalid_message', field: 'keyterms[1]' });
    client.send({ type: 'configure', keyterms: Array(100_000).fill('Canary') });
    expect(await client.next('error')).toMatchObject({
      code: 'invalid_message',
      field: 'keyterms',
      limit: expect.stringContaining('at most 5000 items') as string,
    });
    expect(await configure(client, { words: true })).toMatchObject({ keyterms: 1 });
    expect(JSON.stringify(client.messages) + log()).not.toMatch(/canary/i);
  });

  test('may have 5,000 of them with spoken forms, which apply to the audio behind them and are recorded as sent', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    const keyterms = Array.from({ length: 5000 }, (_, index) => ({
      text: `term${index}`,
      soundsLike: [`a term that is said like ${index}`, `or ${index} said otherwise`],
    }));
    client.send({ type: 'configure', keyterms });
    client.send(silence(0.1));
    client.send({ type: 'stop' });
    await client.next('stopped');
    const [last] = client.all('ready').slice(-1);
    expect(last).toMatchObject({ keyterms: 5000 });
    expect(textsIn(recognizer.streams[0]?.options)).toHaveLength(5000);
    const { sessionId } = last as { sessionId: string };
    const record = await fetch(`${url}/api/v1/sessions/${sessionId}`);
    expect(await record.json()).toMatchObject({ settings: { keyTerms: keyterms, encoding: 's16le' } });
  });

  test('may have 5,000 of them without spoken forms', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    const keyterms = Array.from({ length: 5000 }, (_, index) => `term${index} ${'x'.repeat(80)}`);
    expect(await configure(client, { keyterms })).toMatchObject({ keyterms: 5000 });
    client.send(silence(0.1));
    await until(() => recognizer.streams.length > 0);
    expect(textsIn(recognizer.streams[0]?.options)).toEqual(keyterms);
  });

  test('has its own first, then those of its tenant, then those of the server', async () => {
    const server = await startGuardedServer({ keyTermsDirectory: folderOfTerms() });
    const heardBy = async (tenant: string, fields: object) => {
      const headers = bearer(await server.keyOf('clinician', { tenant }));
      const client = await connectOptedIn(server.url, { headers });
      const { keyterms } = await configure(client, fields);
      const before = server.recognizer.streams.length;
      client.send(silence(0.1));
      await until(() => server.recognizer.streams.length > before);
      const texts = textsIn(server.recognizer.streams.at(-1)?.options);
      expect(keyterms).toBe(texts.length);
      return texts;
    };
    expect(await heardBy('north', { keyterms: ['hba1c', 'apixaban'] })).toEqual([
      'hba1c',
      'apixaban',
      'Dr. Ito',
      'metoprolol',
    ]);
    expect(await heardBy('south', {})).toEqual(['metoprolol', 'HbA1c']);
  });
});

describe('the lexicon', () => {
  test('can be switched off by a session', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    expect(await configure(client, { lexicon: 'none' })).toMatchObject({ lexicon: 'none' });
    client.send(silence(0.1));
    await until(() => recognizer.streams[0]?.options.lexicon === 'none');
  });

  test('stays off where the server has none', async () => {
    const { url } = await startScriptedServer({ lexicon: 'none' });
    const client = await connectOptedIn(url);
    expect(await configure(client, { lexicon: 'medical' })).toMatchObject({ lexicon: 'none' });
  });
});

describe('an upload', () => {
  test('may have key terms and a lexicon, which its record keeps', async () => {
    const server = await startScriptedServer();
    const keyterms = ['metoprolol', { text: 'HbA1c', weight: 2 }];
    const { id } = await submit(server.url, await clipFile(), {
      keyterms: JSON.stringify(keyterms),
      lexicon: 'none',
    });
    await ended(server.url, id);
    expect(server.recognizer.streams[0]?.options).toMatchObject({
      keyTerms: listKeyTerms([{ text: 'metoprolol' }, { text: 'HbA1c', weight: 2 }]),
      lexicon: 'none',
    });
    const record = await fetch(`${server.url}/api/v1/sessions/${id}`);
    expect(await record.json()).toMatchObject({ settings: { keyTerms: keyterms, lexicon: 'none' } });
  });

  test('gets a warning about ignored terms', async () => {
    const { url } = await startScriptedServer();
    const answer = await post(url, formOf(await clipFile(), { keyterms: '["the","HbA1c","hba1c"]' }));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({
      warnings: [
        { code: 'key_terms_ignored', count: 1 },
        { code: 'key_terms_common', count: 1 },
      ],
    });
  });

  test.each([
    ['no JSON', '["Canary', 'keyterms'],
    ['a word', '"Canary"', 'keyterms'],
    ['a long term', JSON.stringify(['Canary '.repeat(100)]), 'keyterms[0]'],
    ['a heavy term', '[{"text":"Canary","weight":9}]', 'keyterms[0].weight'],
    ['too many terms', JSON.stringify(Array(5001).fill('Canary')), 'keyterms'],
    ['too much text', JSON.stringify(Array(200_000).fill('Canary')), 'keyterms'],
  ])('is refused with %s', async (_, keyterms, field) => {
    const { url, log } = await startScriptedServer();
    const answer = await post(url, formOf(await clipFile(), { keyterms }));
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_request', field } });
    expect(text + log()).not.toContain('Canary');
  });
});
