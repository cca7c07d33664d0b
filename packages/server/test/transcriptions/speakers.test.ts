import { expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { clipFile, ended, result, submit } from '../support/upload.js';

/** What is known of a session over HTTP. */
async function exportOf({ url }: ScriptedServer, id: string, format: string): Promise<string> {
  return (await fetch(`${url}/api/v1/sessions/${id}/export?format=${format}`)).text();
}

test('a recording has its speakers in every format, and in its record', async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'Any pain? In my arm.';
  server.recognizer.doubts = { 'pain?': { speaker: 0 }, Any: { speaker: 0 }, ...saidBy(1, 'In my arm.') };
  const { id } = await submit(server.url, await clipFile(), { speakers: '2' });
  await ended(server.url, id);
  const lines = 'Speaker 1: Any pain?\nSpeaker 2: In my arm.\n';
  expect(await (await result(server.url, id, '?format=text')).text()).toBe(lines);
  expect(await (await result(server.url, id)).json()).toMatchObject({
    speakers: [{ speaker: 0 }, { speaker: 1 }],
    segments: [
      { text: 'Any pain?', speaker: 0 },
      { text: 'In my arm.', speaker: 1 },
    ],
  });
  expect(await (await result(server.url, id, '?format=vtt')).text()).toMatch(/<v Speaker 1>Any pain\?\n/u);
  expect(await exportOf(server, id, 'text')).toBe(lines);

  const name = [{ speaker: 1, name: 'Ms. <Okafor>\n& son', role: 'patient' }];
  await fetch(`${server.url}/api/v1/sessions/${id}/speakers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  expect(await exportOf(server, id, 'text')).toBe('Speaker 1: Any pain?\nMs. <Okafor> & son: In my arm.\n');
  expect(await (await result(server.url, id, '?format=text')).text()).toBe(
    await exportOf(server, id, 'text'),
  );
  expect(await (await result(server.url, id)).json()).toMatchObject({
    speakers: [{ speaker: 0 }, { speaker: 1, name: name[0]?.name, role: 'patient' }],
  });
  expect(await exportOf(server, id, 'vtt')).toContain('<v Ms. &lt;Okafor&gt; &amp; son>In my arm.\n');
  expect(await exportOf(server, id, 'srt')).toContain('\n[Ms. ‹Okafor› & son] In my arm.\n');
  const { content } = JSON.parse(await exportOf(server, id, 'fhir')) as {
    content: [{ attachment: { data: string } }];
  };
  expect(Buffer.from(content[0].attachment.data, 'base64').toString()).toContain('Ms. <Okafor> & son: In my');
});

test('a recording has no speakers unless they are asked for', async () => {
  const server = await startScriptedServer();
  server.recognizer.says = 'Any pain?';
  server.recognizer.doubts = { Any: { speaker: 0 }, 'pain?': { speaker: 0 } };
  const { id } = await submit(server.url, await clipFile(), { speakers: 'off' });
  await ended(server.url, id);
  expect(await (await result(server.url, id, '?format=text')).text()).toBe('Any pain?\n');
});

test('a second pass goes on with the numbers and names of the session', async () => {
  // A vote of several hearings makes words anew, without what is scripted.
  const server = await startScriptedServer({ refineHearings: '1' });
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', refine: 'on-stop', speakers: 2 });
  const { sessionId } = await client.next('ready');
  client.send(silence(1));
  await until(() => server.recognizer.streams.length === 1);
  server.recognizer.doubts = { ...saidBy(0, 'Any pain?'), ...saidBy(1, 'In my arm.') };
  server.recognizer.streams[0]?.final('Any pain? In my arm.');
  await client.next('transcription');
  client.send({ type: 'identify', name: [{ speaker: 1, name: 'Ms. Okafor' }] });
  await client.next('speakers');
  // The same voices, found in another order.
  server.recognizer.doubts = { ...saidBy(1, 'Any pain?'), ...saidBy(0, 'In my arm!') };
  server.recognizer.says = 'Any pain? In my arm!';
  client.send({ type: 'stop' });
  const refined = await client.next('refined');
  expect(refined.segments.map(({ text, speaker }) => [speaker, text])).toEqual([
    [0, 'Any pain?'],
    [1, 'In my arm!'],
  ]);
  await until(async () => (await exportOf(server, sessionId, 'text')).includes('arm!'));
  const lines = 'Speaker 1: Any pain?\nMs. Okafor: In my arm!\n';
  expect(await exportOf(server, sessionId, 'text')).toBe(lines);
  expect(await (await result(server.url, refined.id, '?format=text')).text()).toBe(lines);

  // Whoever is merged or corrected later is so here, too.
  client.send({ type: 'identify', merge: [{ from: 0, into: 1 }] });
  await client.next('speakers');
  const merged = 'Ms. Okafor: Any pain? In my arm!\n';
  expect(await exportOf(server, sessionId, 'text')).toBe(merged);
  expect(await (await result(server.url, refined.id, '?format=text')).text()).toBe(merged);
});

test('each channel of a session is a speaker in its second pass', async () => {
  const server = await startScriptedServer();
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', refine: 'on-stop', channels: 2, speakers: 'auto' });
  client.send(silence(1));
  client.send({ type: 'stop' });
  const { segments } = await client.next('refined');
  expect(segments.map(({ channel, speaker }) => [channel, speaker])).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

function saidBy(speaker: number, text: string): Record<string, { readonly speaker: number }> {
  return Object.fromEntries(text.split(' ').map((word) => [word, { speaker }]));
}
