import { expect, test } from 'vitest';
import { connectRealtime, silenceAt24k } from '../support/realtime-client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

/** The stream that a client has begun by its latest audio. */
async function streamOf({ recognizer }: ScriptedServer, pieces: number, number = 0) {
  await until(() => recognizer.streams[number]?.pushed.length === pieces);
  const stream = recognizer.streams[number];
  if (stream === undefined) throw new Error('there is no stream');
  return stream;
}

test('a turn that the server ends is told from its first sound to its text', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  expect(client.events[0]).toEqual({
    type: 'session.created',
    event_id: 'event_1',
    session: {
      type: 'transcription',
      object: 'realtime.transcription_session',
      id: expect.stringMatching(/^sess_[\da-f-]{36}$/) as string,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          noise_reduction: null,
          transcription: { model: 'scripted', language: 'en', prompt: '' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
          },
        },
      },
    },
  });
  client.append(silenceAt24k(0.5), silenceAt24k(0.5));
  const stream = await streamOf(server, 2);
  expect(stream.options).toMatchObject({ sampleRate: 24_000, encoding: 's16le', partials: true });
  stream.speech('started', 0.12);
  stream.partial('no');
  stream.partial('no chest');
  stream.speech('ended', 1);
  stream.final('No chest pain.');
  await client.next('conversation.item.input_audio_transcription.completed');
  client.append(silenceAt24k(0.5));
  await streamOf(server, 3);
  stream.speech('started', 1.1);
  stream.speech('ended', 1.5);
  stream.empty('silence');
  await client.next('conversation.item.input_audio_transcription.completed');

  const [first, second] = client.all('input_audio_buffer.speech_started').map(({ item_id }) => item_id);
  const item = (id: unknown) => ({
    id,
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio' }],
  });
  const content = { item_id: first, content_index: 0 };
  const transcription = 'conversation.item.input_audio_transcription';
  expect(client.events.slice(1).map(({ event_id, ...event }) => event)).toEqual([
    { type: 'input_audio_buffer.speech_started', item_id: first, audio_start_ms: 120 },
    { type: `${transcription}.delta`, ...content, delta: 'no' },
    { type: `${transcription}.delta`, ...content, delta: ' chest' },
    { type: 'input_audio_buffer.speech_stopped', item_id: first, audio_end_ms: 1000 },
    { type: 'input_audio_buffer.committed', item_id: first, previous_item_id: null },
    { type: 'conversation.item.added', previous_item_id: null, item: item(first) },
    { type: 'conversation.item.done', previous_item_id: null, item: item(first) },
    { type: `${transcription}.delta`, ...content, delta: ' pain.' },
    {
      type: `${transcription}.completed`,
      ...content,
      transcript: 'No chest pain.',
      usage: { type: 'duration', seconds: 1 },
    },
    { type: 'input_audio_buffer.speech_started', item_id: second, audio_start_ms: 1100 },
    { type: 'input_audio_buffer.speech_stopped', item_id: second, audio_end_ms: 1500 },
    { type: 'input_audio_buffer.committed', item_id: second, previous_item_id: first },
    { type: 'conversation.item.added', previous_item_id: first, item: item(second) },
    { type: 'conversation.item.done', previous_item_id: first, item: item(second) },
    {
      type: `${transcription}.completed`,
      item_id: second,
      content_index: 0,
      transcript: '',
      usage: { type: 'duration', seconds: 0.5 },
    },
  ]);
  expect(client.events.map(({ event_id }) => event_id)).toEqual(
    client.events.map((_event, index) => `event_${index + 1}`),
  );
  client.socket.close();
  expect(await client.closed).toBe(1000);
});
