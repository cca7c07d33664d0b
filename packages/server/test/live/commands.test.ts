import { serverMessages } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { streamOf } from '../support/moved-client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { sendWhole } from '../support/send-whole.js';
import { until } from '../support/until.js';
import { restarted, said } from '../recovery/restart.js';

const COMMANDS = [
  { phrase: 'next field' },
  { id: 'insert', phrase: 'insert {template}', variables: { template: ['Chest pain', 'normal exam'] } },
  { phrase: 'select {words}' },
];

/** A pause that a command needs before it, seconds. */
const PAUSE = 0.5;

describe('a command that is said by itself', () => {
  test('is an event in place of text, in order with the finals, and a partial of it is one with its number', async () => {
    const { server, client } = await listening();
    await say(server, client, 'No fever.');
    await say(server, client, 'Insert chest-pain.');
    await say(server, client, 'He is well.');
    await say(server, client, 'Select twenty five milligrams.');
    await until(() => client.all('command').length === 2);
    expect(client.all('transcription').map(({ text, sequence }) => [text, sequence])).toEqual([
      ['No fever.', 0],
      ['He is well.', 2],
    ]);
    expect(client.all('command')).toMatchObject([
      {
        id: 'insert',
        phrase: 'insert {template}',
        variables: { template: 'Chest pain' },
        text: 'Insert chest-pain.',
        sequence: 1,
        start: 2.5,
        end: 4,
        confidence: 0.9,
      },
      { phrase: 'select {words}', variables: { words: '25 mg' }, sequence: 3 },
    ]);
    expect(client.all('command')[1]).not.toHaveProperty('id');
    client.send({ type: 'stop' });
    expect(await client.next('stopped')).toMatchObject({ utterances: 4, words: 5 });
    for (const message of client.messages) serverMessages[message.type].parse(message);
  });

  test('is in the record, sealed as a final is, and in no text', async () => {
    const { server, client } = await listening();
    await say(server, client, 'No fever.');
    await say(server, client, 'Next field.');
    await client.next('command');
    const [ready] = client.all('ready');
    const record = (await (
      await fetch(`${server.url}/api/v1/sessions/${ready?.sessionId ?? ''}`)
    ).json()) as {
      text: string;
      settings: object;
      segments: { versions: object[] }[];
    };
    expect(record.text).toBe('No fever.');
    expect(record.settings).toMatchObject({ commands: COMMANDS });
    expect(record.segments[1]?.versions).toMatchObject([
      { text: '', spoken: 'Next field.', command: { phrase: 'next field', variables: {} }, sequence: 1 },
    ]);
  });

  test('is sent again to a client that comes back without it', async () => {
    const { server, client } = await listening();
    const [ready] = client.all('ready');
    await say(server, client, 'Next field.');
    await client.next('command');
    client.socket.terminate();
    const again = await connect(server.url, { protocols: ['auscult.v1'], path: '/ws/transcribe?resume' });
    again.send({ type: 'resume', sessionId: ready?.sessionId, token: ready?.resume?.token, next: [0] });
    expect(await again.next('command')).toMatchObject({ phrase: 'next field', sequence: 0 });
  });

  test('is no text of the second pass either', async () => {
    const { server, client } = await listening({ refine: 'on-stop' });
    server.recognizer.says = 'Next field.';
    await say(server, client, 'Next field.');
    client.send({ type: 'stop' });
    expect(await client.next('refined')).toMatchObject({ text: '', segments: [] });
  });

  test('is one for the server that completes the session after a crash', async () => {
    const { server, client } = await listening({ commands: [{ phrase: 'still hurts' }] });
    const [ready] = client.all('ready');
    await said(server, client, 2);
    const next = await restarted(server, { resumeSeconds: '0' });
    const recordNow = async (): Promise<{ endedAt?: string; text: string }> =>
      (await (await fetch(`${next.url}/api/v1/sessions/${ready?.sessionId ?? ''}`)).json()) as {
        endedAt?: string;
        text: string;
      };
    await until(async () => (await recordNow()).endedAt !== undefined);
    expect(await recordNow()).toMatchObject({
      text: '',
      segments: [{ versions: [{ command: { phrase: 'still hurts' }, spoken: 'still hurts' }] }],
    });
  });
});

describe('the same words are text', () => {
  test('without a pause before them, in a longer utterance, or if they are not surely heard', async () => {
    const { server, client } = await listening();
    server.recognizer.doubts = { doubted: { doubtful: true }, unsure: { confidence: 0.2 } };
    await say(server, client, 'Look at the');
    await say(server, client, 'next field.', 0);
    await say(server, client, 'The next field is large.');
    await say(server, client, 'Select doubted');
    await say(server, client, 'Select unsure');
    await say(server, client, 'Select a sentence. Of two.');
    await say(server, client, 'Select more words than anybody would ever select.');
    await until(() => client.all('transcription').length === 7);
    expect(client.all('command')).toEqual([]);
  });

  test('for a client that registered none, or takes them back between two words', async () => {
    const { server, client } = await listening();
    await say(server, client, 'Next field.');
    await client.next('command');
    client.send({ type: 'configure', commands: [{ phrase: 'previous field' }] });
    await client.next('ready');
    await say(server, client, 'Next field.');
    expect(await client.next('transcription')).toMatchObject({ text: 'Next field.' });
    await say(server, client, 'Previous field.');
    expect(await client.next('command')).toMatchObject({ phrase: 'previous field' });
    expect(server.recognizer.streams).toHaveLength(1);
    client.send({ type: 'configure', commands: [], words: true });
    expect(await client.next('error')).toMatchObject({ code: 'configure_too_late' });
  });
});

test('a list that cannot be used is refused by name, and the former one stays', async () => {
  const { server, client } = await listening();
  const refused = [
    [[{ phrase: '{all}' }], 'commands[0].phrase'],
    [[{ phrase: 'go to {a} {b}', variables: { a: ['x'] } }], 'commands[0].phrase'],
    [[{ phrase: 'next field' }, { phrase: 'Next-Field!' }], 'commands[1].phrase'],
    [[{ phrase: 'go', variables: { 'Mrs Canary': ['x'] } }], 'commands[0].variables'],
  ] as const;
  for (const [commands, field] of refused) {
    client.send({ type: 'configure', commands });
    const error = await client.next('error');
    expect(error).toMatchObject({ code: 'invalid_command', field });
    expect(JSON.stringify(error)).not.toContain('Canary');
  }
  await say(server, client, 'Next field.');
  expect(await client.next('command')).toMatchObject({ phrase: 'next field' });
});

async function listening(
  settings: object = {},
): Promise<{ readonly server: ScriptedServer; readonly client: Client }> {
  const server = await startScriptedServer({ refineHearings: '1' });
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', commands: COMMANDS, writtenForm: 'on', ...settings });
  await until(() => client.all('ready').length === 2);
  return { server, client };
}

/** Makes the recognizer hear words after a pause. */
async function say(server: ScriptedServer, client: Client, text: string, pause = PAUSE): Promise<void> {
  await sendWhole(server, client, silence(2));
  (await streamOf(server)).final(text, 'silence', pause);
}
