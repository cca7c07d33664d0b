import { serverMessages } from '@auscult/protocol';
import { expect, test } from 'vitest';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

test('a client that has seen dropped words is told so, after the finals before them', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', channels: 2 });
  client.send(silence(1));
  await until(() => server.recognizer.streams.length === 2);
  const [, stream] = server.recognizer.streams;
  stream?.final('good morning');
  stream?.partial('thank you');
  stream?.drop('invented', true);
  const dropped = await client.next('dropped');
  expect(dropped).toMatchObject({ reason: 'invented', sequence: 1, start: 0.5, end: 0.5, channel: 1 });
  serverMessages.dropped.parse(dropped);
  expect(kinds(client)).toEqual(['good morning', 'thank you', 'invented']);
  expect(JSON.stringify(dropped)).not.toContain('thank you');
});

test('a client that has not seen dropped words or knows only the original messages is not told', async () => {
  for (const open of [connectOptedIn, connect]) {
    const server = await startScriptedServer();
    const client = await open(server.url);
    const stream = await streamOf(server, client);
    if (!stream) throw new Error('no stream');
    stream.drop('faint', false);
    stream.final('good morning');
    await client.next('transcription');
    client.send({ type: 'stop' });
    expect(client.all('dropped')).toEqual([]);
    await until(async () =>
      (await server.metrics()).includes('auscult_words_dropped_total{reason="faint"} 1'),
    );
  }
});

test('finals that the speaker takes back are counted, and the partial of a command is withdrawn', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', dictationCommands: 'on' });
  const stream = await streamOf(server, client);
  stream?.final('No fever.');
  stream?.final('Scratch that.');
  stream?.partial('scratch');
  stream?.final('Scratch that.');
  const dropped = await client.next('dropped');
  expect(dropped).toMatchObject({ reason: 'retracted', sequence: 2 });
  expect(client.all('transcription').map(({ text, removes }) => [text, removes])).toEqual([
    ['No fever.', undefined],
    ['', [0]],
    ['scratch', undefined],
  ]);
  expect(await server.metrics()).toContain('auscult_words_dropped_total{reason="retracted"} 2');
});

test('the transcription of a recording counts the times that words were dropped', async () => {
  const server = await startScriptedServer({ refineHearings: '1' });
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', refine: 'on-stop' });
  await streamOf(server, client);
  let open = (): void => undefined;
  server.recognizer.flushGate = new Promise((resolve) => (open = resolve));
  client.send({ type: 'stop' });
  const { refinement } = await client.next('stopped');
  await until(() => server.recognizer.streams.length > 1);
  server.recognizer.streams[1]?.drop('repetition', false);
  open();
  await client.next('refined');
  const job = await fetch(`${server.url}/api/v1/transcriptions/${refinement?.id ?? ''}`);
  expect(await job.json()).toMatchObject({ status: 'done', dropped: 1 });
  expect(await server.metrics()).toContain('auscult_words_dropped_total{reason="repetition"} 1');
});

async function streamOf({ recognizer }: ScriptedServer, client: Client) {
  client.send(silence(1));
  await until(() => recognizer.streams.length > 0);
  return recognizer.streams[0];
}

function kinds(client: Client): readonly string[] {
  return client.messages.flatMap((message) => {
    if (message.type === 'transcription') return [message.text];
    return message.type === 'dropped' ? [message.reason] : [];
  });
}
