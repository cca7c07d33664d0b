import { describe, expect, test } from 'vitest';
import { MISPLACED_RESUME, connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';

const MANY_FIELDS = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`a${number}`, number]));

describe('an invalid message is reported, and the session goes on', () => {
  const odd = new Uint8Array(3);
  test.each<[string, object | string, string]>([
    ['broken JSON', '{"type":"audio"', 'malformed_json'],
    ['no JSON', 'patient reports chest pain', 'malformed_json'],
    ['empty text', '', 'malformed_json'],
    ['JSON that is no object', '[]', 'object_expected'],
    ['JSON that is nested too deeply', '['.repeat(100_000), 'too_deeply_nested'],
    ['many fields', MANY_FIELDS, 'unknown_type'],
    ['many fields of configure', { ...MANY_FIELDS, type: 'configure' }, 'invalid_message'],
    ['a type that is not known', { type: 'transcribe' }, 'unknown_type'],
    ['no type', { data: '' }, 'unknown_type'],
    ['a field of the wrong kind', { type: 'audio', data: 5 }, 'invalid_message'],
    ['base64 that is none', { type: 'audio', data: '*** not base64 ***' }, 'invalid_base64'],
    ['text in place of audio', { type: 'audio', data: 'hello there' }, 'invalid_base64'],
    ['an odd count of bytes', odd, 'odd_audio_length'],
    ['an odd count of bytes in base64', { type: 'audio', data: 'AAAA' }, 'odd_audio_length'],
    [
      'a sample rate out of range',
      { type: 'audio', data: 'AAA=', sampleRate: 4000 },
      'sample_rate_out_of_range',
    ],
    ['an encoding that is not known', { type: 'configure', encoding: 'gsm' }, 'invalid_message'],
    ['resume', MISPLACED_RESUME, 'resume_misplaced'],
  ])('%s', async (_name, message, code) => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connect(url);
    client.send(message);
    expect(await client.next('error')).toMatchObject({ code, message: expect.stringMatching(/\w+\.$/) });
    expect(recognizer.streams.every(({ pushed }) => pushed.length === 0)).toBe(true);
    await expectWorking(client);
  });

  test('a frame with incomplete channels is refused as a whole', async () => {
    const { url, recognizer } = await startScriptedServer();
    const client = await connectOptedIn(url);
    client.send({ type: 'configure', channels: 2, encoding: 'f32le' });
    client.send(new Uint8Array(12));
    expect(await client.next('error')).toMatchObject({
      code: 'odd_audio_length',
      limit: 'a multiple of 8 bytes',
    });
    expect(recognizer.streams).toHaveLength(0);
  });
});

test('a frame over the limit is reported before the connection is closed', async () => {
  const { url } = await startScriptedServer({ maxFrameBytes: '4096' });
  const other = await connect(url);
  const client = await connect(url);
  client.send(new Uint8Array(4096));
  client.send(new Uint8Array(4098));
  expect(await client.closed).toBe(1009);
  expect(client.all('error')).toMatchObject([{ code: 'frame_too_large', limit: 'at most 4096 bytes' }]);
  await expectWorking(other);
});

test('a frame that claims to be huge is refused without waiting for it', async () => {
  const { url } = await startScriptedServer();
  const client = await connect(url);
  const header = Buffer.from([0x82, 0xff, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
  rawSocket(client).write(header);
  expect(await client.closed).toBe(1009);
});

test.each([
  ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
  ['an unmasked frame', [0x82, 0x02, 0, 0], 1002],
  ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
  ['a message in more fragments than anybody needs', inFragments(1025), 1008],
])('%s closes its own connection only', async (_name, bytes, code) => {
  const { url, log } = await startScriptedServer();
  const other = await connect(url);
  const client = await connect(url);
  rawSocket(client).write(Buffer.from(bytes));
  expect(await client.closed).toBe(code);
  await expectWorking(other);
  expect(log()).not.toContain('unexpected');
});

test('too many invalid messages in a row end the session', async () => {
  const { url } = await startScriptedServer({ maxBadMessages: '3' });
  const client = await connect(url);
  client.send('?');
  client.send('?');
  client.send({ type: 'keepalive' });
  client.send('?');
  client.send('?');
  await expectWorking(client);
  for (let i = 0; i < 3; i++) client.send(new Uint8Array(1));
  expect(await client.closed).toBe(4400);
  expect(client.all('error').at(-1)).toMatchObject({ code: 'too_many_bad_messages' });
});

async function expectWorking(client: Client): Promise<void> {
  client.send(silence(0.1));
  client.send({ type: 'stop' });
  expect(await client.next('transcription')).toMatchObject({ isFinal: true });
}

/** The bytes of a binary message of so many empty fragments, and no end. */
function inFragments(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => [index === 0 ? 0x02 : 0x00, 0x80, 0, 0, 0, 0]).flat();
}

function rawSocket(client: Client): NodeJS.WritableStream {
  const { _socket: socket } = client.socket as unknown as { _socket: NodeJS.WritableStream };
  return socket;
}
