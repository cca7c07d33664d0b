import { serverMessages } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { sendWhole } from '../support/send-whole.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, result, submit } from '../support/upload.js';
import { until } from '../support/until.js';

const SPOKEN = 'Give twenty five milligrams.';
const WRITTEN = 'Give 25 mg.';

describe('a client that asks for written form', () => {
  test('gets it together with the spoken text', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', writtenForm: 'on', words: true });
    await client.next('ready');
    expect(client.all('ready').at(-1)).toMatchObject({ writtenForm: 'on', dictationCommands: 'off' });
    await say(server, client, SPOKEN);
    expect(await client.next('transcription')).toMatchObject({
      text: WRITTEN,
      spoken: SPOKEN,
      words: [
        { text: 'Give' },
        { text: '25', spoken: 'twenty five', confidence: 0.9 },
        { text: 'mg.', spoken: 'milligrams.' },
      ],
    });
    await say(server, client, 'No chest pain.');
    const plain = await client.next('transcription');
    expect(plain.text).toBe('No chest pain.');
    expect(plain).not.toHaveProperty('spoken');
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).toMatchObject({ utterances: 2, words: 6 });
    for (const message of client.messages) serverMessages[message.type].parse(message);
  });

  test('can have its commands obeyed, and learns which finals are taken back', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', dictationCommands: 'on' });
    await say(server, client, 'No fever. New paragraph. Plan.');
    expect(await client.next('transcription')).toMatchObject({ text: 'No fever.\n\nPlan.', sequence: 0 });
    await say(server, client, 'Scratch that.');
    expect(await client.next('transcription')).toMatchObject({ text: '', removes: [0], sequence: 1 });
    for (const message of client.messages) serverMessages[message.type].parse(message);
  });

  test('has each of its channels written by itself', async () => {
    const server = await startScriptedServer();
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', writtenForm: 'on', channels: 2 });
    client.send(silence(1));
    await until(() => server.recognizer.streams.length === 2);
    server.recognizer.streams[0]?.final('Give one hundred');
    server.recognizer.streams[1]?.final('five milligrams.');
    await until(() => client.all('transcription').length === 2);
    expect(client.all('transcription').map(({ channel, text }) => [channel, text])).toEqual([
      [0, 'Give one hundred'],
      [1, '5 mg.'],
    ]);
  });
});

test('a client that knows only the original messages gets the text as the model heard it', async () => {
  const server = await startScriptedServer({ writtenForm: 'true', dictationCommands: 'true' });
  const client = await connect(server.url);
  await say(server, client, SPOKEN);
  const final = await client.next('transcription');
  expect(final.text).toBe(SPOKEN);
  expect(final).not.toHaveProperty('spoken');
  await say(server, client, 'Scratch that.');
  expect(await client.next('transcription')).toMatchObject({ text: 'Scratch that.' });
});

test('the server can use written form for all who opt in, and a client can turn it off', async () => {
  const server = await startScriptedServer({ writtenForm: 'true' });
  const client = await connectOptedIn(server.url);
  await say(server, client, SPOKEN);
  expect(await client.next('transcription')).toMatchObject({ text: WRITTEN, spoken: SPOKEN });
  const other = await connectOptedIn(server.url);
  other.send({ type: 'configure', writtenForm: 'off' });
  await say(server, other, SPOKEN);
  expect(await other.next('transcription')).toMatchObject({ text: SPOKEN });
});

describe('a whole recording is written in the same form', () => {
  test('in a record pass', async () => {
    const { url, recognizer } = await startScriptedServer({ refine: 'on-stop', refineHearings: '1' });
    recognizer.says = SPOKEN;
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', writtenForm: 'on' });
    client.send(silence(1));
    client.send({ type: 'stop' });
    expect(await client.next('refined')).toMatchObject({
      text: WRITTEN,
      segments: [{ text: WRITTEN, spoken: SPOKEN }],
    });
  });

  test('in an upload', async () => {
    const { url, recognizer } = await startScriptedServer();
    recognizer.says = SPOKEN;
    const { id } = await submit(url, await clipFile(), { writtenForm: 'on', words: 'true' });
    await ended(url, id);
    expect(await (await result(url, id)).json()).toMatchObject({
      text: WRITTEN,
      segments: [{ spoken: SPOKEN, words: [{ text: 'Give' }, { text: '25', spoken: 'twenty five' }, {}] }],
    });
    const plain = await submit(url, await clipFile());
    await ended(url, plain.id);
    expect(await (await result(url, plain.id)).json()).toMatchObject({ text: SPOKEN });
  });
});

/** Makes the recognizer hear a sentence in the audio that the client sends. */
async function say(server: ScriptedServer, client: Client, text: string): Promise<void> {
  await sendWhole(server, client, silence(2));
  server.recognizer.streams.at(-1)?.final(text);
}
