import { serverMessages } from '@auscult/protocol';
import { expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('a client that asks for words gets their alternatives in written form, and the record holds them', async () => {
  const server = await startScriptedServer();
  server.recognizer.doubts = {
    vinblastine: {
      confidence: 0.5,
      alternatives: [{ text: 'vincristine', confidence: 0.45678 }],
      doubtful: true,
    },
    fifteen: { alternatives: [{ text: 'fifty', confidence: 0.1 }] },
  };
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', words: true, writtenForm: 'on' });
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final('Give vinblastine fifteen milligrams.');
  const doubted = [
    { text: 'Give' },
    {
      text: 'vinblastine',
      confidence: 0.5,
      alternatives: [{ text: 'vincristine', confidence: 0.457 }],
      doubtful: true,
    },
    { text: '15', spoken: 'fifteen', alternatives: [{ text: '50', confidence: 0.1 }] },
    { text: 'mg.' },
  ];
  const final = await client.next('transcription');
  expect(final).toMatchObject({ words: doubted });
  expect(final.words?.[0]).not.toHaveProperty('doubtful');
  serverMessages.transcription.parse(final);
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close();

  const list = (await (await fetch(`${server.url}/api/v1/sessions`)).json()) as {
    sessions: readonly { readonly id: string }[];
  };
  const record = await fetch(`${server.url}/api/v1/sessions/${list.sessions[0]?.id ?? ''}`);
  const [, drug, dose] = doubted;
  expect(await record.json()).toMatchObject({
    segments: [
      { versions: [{ words: [{}, { ...drug, alternatives: [{ text: 'vincristine' }] }, dose, {}] }] },
    ],
  });
});

test('a client that does not ask for words gets no doubts', async () => {
  const server = await startScriptedServer();
  server.recognizer.doubts = { knee: { doubtful: true } };
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  server.recognizer.streams[0]?.final('my knee');
  const final = await client.next('transcription');
  expect(final.text).toBe('my knee');
  expect(JSON.stringify(final)).not.toContain('doubtful');
});
