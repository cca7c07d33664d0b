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
  expect(client.events.slice(1).map((event) => ({ ...event, event_id: undefined }))).toEqual([
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

const MANUAL = { type: 'session.update', session: { audio: { input: { turn_detection: null } } } };
const COMMIT = { type: 'input_audio_buffer.commit' };
const CLEAR = { type: 'input_audio_buffer.clear' };
const COMPLETED = 'conversation.item.input_audio_transcription.completed';
const DELTA = 'conversation.item.input_audio_transcription.delta';

test('an utterance that is cut for its length is an item of its own, and speech stops once', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0);
  stream.partial('one');
  stream.final('One,', 'longest');
  client.append(silenceAt24k(0.5));
  await streamOf(server, 2);
  stream.partial('two');
  stream.speech('ended', 1);
  stream.final('two.');
  await client.next(COMPLETED);
  await client.next(COMPLETED);
  expect(client.types().slice(1)).toEqual([
    ...['speech_started', 'delta', 'committed', 'item.added', 'item.done', 'completed'],
    ...['delta', 'speech_stopped', 'committed', 'item.added', 'item.done', 'delta', 'completed'],
  ]);
  const [one, two] = client.all('input_audio_buffer.committed').map(({ item_id }) => item_id);
  expect(client.all('input_audio_buffer.speech_stopped')).toMatchObject([{ item_id: two }]);
  expect(client.all(COMPLETED)).toMatchObject([
    { item_id: one, transcript: 'One,' },
    { item_id: two, transcript: 'two.' },
  ]);
});

test('a cut that becomes known only after the rest has ended makes two items all the same', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0);
  stream.speech('ended', 1);
  stream.speech('started', 1.2);
  stream.final('One,', 'longest');
  client.append(silenceAt24k(0.5));
  await streamOf(server, 2);
  stream.final('two.');
  client.append(silenceAt24k(0.5));
  await streamOf(server, 3);
  stream.speech('ended', 1.5);
  stream.final('Three.');
  await until(() => client.all(COMPLETED).length === 3);
  expect(client.all(COMPLETED).map(({ transcript }) => transcript)).toEqual(['One,', 'two.', 'Three.']);
  const committed = client.all('input_audio_buffer.committed').map(({ item_id }) => item_id);
  expect(
    client
      .all(COMPLETED)
      .map(({ item_id }) => item_id)
      .sort(),
  ).toEqual([...committed].sort());
});

test('a turn that the client commits has the text of all utterances since the last one', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.send(MANUAL);
  expect(await client.next('session.updated')).toMatchObject({
    session: { audio: { input: { turn_detection: null } } },
  });
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0.1);
  stream.partial('no chest');
  stream.speech('ended', 0.4);
  stream.final('No chest pain.');
  client.append(silenceAt24k(0.25));
  await streamOf(server, 2);
  stream.partial('lungs');
  server.recognizer.says = 'Lungs clear.';
  client.send(COMMIT);
  expect(await client.next(COMPLETED)).toMatchObject({
    transcript: 'No chest pain. Lungs clear.',
    usage: { type: 'duration', seconds: 0.75 },
  });
  expect(client.types().slice(2)).toEqual([
    ...['delta', 'delta', 'delta', 'committed', 'item.added', 'item.done', 'delta', 'completed'],
  ]);
  expect(client.all(DELTA).map(({ delta }) => delta)).toEqual(['no chest', ' pain.', ' lungs', ' clear.']);
  const ids = new Set(
    client.events.slice(2).map(({ item_id, item }) => item_id ?? (item as { id: string }).id),
  );
  expect(ids.size).toBe(1);
  // Nothing has come since.
  client.send({ ...COMMIT, event_id: 'mine' });
  expect(await client.next('error')).toMatchObject({
    error: { type: 'invalid_request_error', code: 'input_audio_buffer_commit_empty', event_id: 'mine' },
  });
  client.append(silenceAt24k(0.1));
  server.recognizer.says = 'Next.';
  client.send(COMMIT);
  expect(await client.next(COMPLETED)).toMatchObject({ transcript: 'Next.' });
  const [first, second] = client.all('input_audio_buffer.committed');
  expect(second).toMatchObject({ previous_item_id: first?.['item_id'] });
});

test('a commit while the server ends turns ends the one that is spoken, or is an item without text', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0.1);
  stream.speech('ended', 0.5);
  stream.final('Done.');
  client.send(COMMIT);
  await until(() => client.all(COMPLETED).length === 2);
  expect(client.all(COMPLETED).map(({ transcript }) => transcript)).toEqual(['Done.', '']);
});

test.each(['server_vad', 'the client'])(
  'what is cleared is not sent, but is in the record, where turns are ended by %s',
  async (ends) => {
    const server = await startScriptedServer();
    const client = await connectRealtime(server.url);
    if (ends !== 'server_vad') client.send(MANUAL);
    client.append(silenceAt24k(0.5));
    const stream = await streamOf(server, 1);
    stream.speech('started', 0);
    stream.partial('never mind');
    server.recognizer.says = 'Never mind.';
    client.send(CLEAR);
    await client.next('input_audio_buffer.cleared');
    client.append(silenceAt24k(0.5));
    await streamOf(server, 2);
    server.recognizer.says = 'Kept.';
    client.send(COMMIT);
    await until(() => client.all(COMPLETED).some(({ transcript }) => transcript === 'Kept.'));
    expect(JSON.stringify(client.events)).not.toContain('Never mind.');
    // Each beginning of speech has its end.
    const started = client.all('input_audio_buffer.speech_started').map(({ item_id }) => item_id);
    const completed = client.all(COMPLETED).map(({ item_id }) => item_id);
    expect(completed).toEqual(expect.arrayContaining([...started]));
    client.socket.close();
    expect(await finalsOf(server)).toEqual(['Never mind.', 'Kept.']);
  },
);

test('a session is changed between two words, on the same clock', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const first = await streamOf(server, 1);
  first.speech('started', 0);
  server.recognizer.says = 'Before.';
  client.send({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'near_field' },
          transcription: { model: 'whisper-1', prompt: 'metoprolol, HbA1c', keywords: ['Dr. Okonkwo'] },
          turn_detection: { type: 'semantic_vad', eagerness: 'low', create_response: true },
        },
      },
      include: ['item.input_audio_transcription.logprobs'],
    },
  });
  expect(await client.next('session.updated')).toMatchObject({
    session: {
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'near_field' },
          transcription: {
            model: 'scripted',
            language: 'en',
            prompt: 'metoprolol, HbA1c',
            keywords: ['Dr. Okonkwo'],
          },
          turn_detection: { type: 'server_vad', silence_duration_ms: 2000 },
        },
      },
    },
  });
  expect(client.all(COMPLETED)).toMatchObject([{ transcript: 'Before.' }]);
  client.append(new Uint8Array(4000));
  const second = await streamOf(server, 1, 1);
  expect(second.options).toMatchObject({
    encoding: 'mulaw',
    sampleRate: 8000,
    endpointingMs: 2000,
    keyTerms: { count: 3 },
  });
  second.speech('started', 0.1);
  second.speech('ended', 0.5);
  second.final('After.');
  await client.next(COMPLETED);
  expect(await client.next(COMPLETED)).toMatchObject({ transcript: 'After.', usage: { seconds: 0.5 } });
  expect(client.all('input_audio_buffer.speech_started').at(-1)).toMatchObject({ audio_start_ms: 600 });
  // What a later update leaves out stays.
  client.send({ type: 'session.update', session: { audio: { input: { transcription: { prompt: '' } } } } });
  expect(await client.next('session.updated')).toMatchObject({
    session: {
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'near_field' },
          transcription: { prompt: '', keywords: ['Dr. Okonkwo'] },
          turn_detection: { silence_duration_ms: 2000 },
        },
      },
    },
  });
  client.append(new Uint8Array(800));
  expect((await streamOf(server, 1, 2)).options).toMatchObject({ keyTerms: { count: 1 } });
});

test('text that was not committed is not lost when the server takes over ending turns', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.send(MANUAL);
  client.append(silenceAt24k(0.5));
  await streamOf(server, 1);
  server.recognizer.says = 'Not committed.';
  client.send({ type: 'session.update', session: { turn_detection: { type: 'server_vad' } } });
  expect(await client.next(COMPLETED)).toMatchObject({ transcript: 'Not committed.' });
  await client.next('session.updated');
  await client.next('session.updated');
});

test('fields have the names of the beta interface, too, also in an update without a type', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.send({
    type: 'session.update',
    session: {
      input_audio_format: 'g711_alaw',
      input_audio_transcription: { model: 'gpt-4o-mini-transcribe', language: 'en-GB' },
      input_audio_noise_reduction: { type: 'far_field' },
      turn_detection: { type: 'server_vad', threshold: 0.4, prefix_padding_ms: 100, silence_duration_ms: 50 },
      modalities: ['text'],
    },
  });
  expect(await client.next('session.updated')).toMatchObject({
    session: {
      audio: {
        input: {
          format: { type: 'audio/pcma' },
          noise_reduction: { type: 'far_field' },
          transcription: { language: 'en-GB' },
          turn_detection: { threshold: 0.4, prefix_padding_ms: 100, silence_duration_ms: 200 },
        },
      },
    },
  });
});

test('a client of the beta interface gets its names', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url, { headers: { 'OpenAI-Beta': 'realtime=v1' } });
  expect(client.events[0]).toMatchObject({
    type: 'transcription_session.created',
    session: {
      input_audio_format: 'pcm16',
      input_audio_transcription: { model: 'scripted', language: 'en', prompt: '' },
      turn_detection: { type: 'server_vad' },
    },
  });
  client.send({ type: 'transcription_session.update', session: { input_audio_format: 'g711_ulaw' } });
  expect(await client.next('transcription_session.updated')).toMatchObject({
    session: { input_audio_format: 'g711_ulaw' },
  });
  client.append(new Uint8Array(4000));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0.1);
  stream.speech('ended', 0.5);
  stream.final('Done.');
  await client.next(COMPLETED);
  expect(client.types().slice(2)).toEqual([
    ...['speech_started', 'speech_stopped', 'committed', 'item.created', 'delta', 'completed'],
  ]);
});

test('audio that is lost is told in place of its text', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0);
  stream.speech('ended', 0.5);
  stream.lose(0, 0.5);
  expect(await client.next('conversation.item.input_audio_transcription.failed')).toMatchObject({
    item_id: client.all('input_audio_buffer.speech_started')[0]?.['item_id'],
    error: { type: 'server_error', code: 'audio_lost' },
  });
  const committing = await connectRealtime(server.url);
  committing.send(MANUAL);
  committing.append(silenceAt24k(0.5));
  (await streamOf(server, 1, 1)).lose(0, 0.2);
  committing.send(COMMIT);
  await committing.next('conversation.item.input_audio_transcription.failed');
  expect(committing.all(COMPLETED)).toEqual([]);
});

test('bytes are put together to samples, however they are cut', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  const audio = Uint8Array.from({ length: 2001 }, (_, at) => at % 251);
  client.append(audio.subarray(0, 1), audio.subarray(1, 2), audio.subarray(2, 1000), audio.subarray(1000));
  await until(
    () => server.recognizer.streams[0]?.pushed.reduce((sum, { length }) => sum + length, 0) === 2000,
  );
  expect(Buffer.concat([...(server.recognizer.streams[0]?.pushed ?? [])])).toEqual(
    Buffer.from(audio.subarray(0, 2000)),
  );
});

test.each([
  ['an event that is none of ours', { type: 'response.create' }, 'unsupported_event', 'type'],
  ['an item', { type: 'conversation.item.create', item: {} }, 'unsupported_event', 'type'],
  ['no type', { audio: '' }, 'unknown_type', 'type'],
  ['no base64', { type: 'input_audio_buffer.append', audio: 'a' }, 'invalid_base64', 'audio'],
  [
    'a session that answers',
    { type: 'session.update', session: { type: 'realtime' } },
    'unsupported_session_type',
    'session.type',
  ],
  [
    'a rate that is out of range',
    {
      type: 'session.update',
      session: { audio: { input: { format: { type: 'audio/pcm', rate: 96_000 } } } },
    },
    'invalid_request',
    'session.audio.input.format.rate',
  ],
  [
    'a format that is not known',
    { type: 'session.update', session: { input_audio_format: 'opus' } },
    'invalid_request',
    'session.input_audio_format.type',
  ],
  [
    'a language that the model does not know',
    { type: 'session.update', session: { input_audio_transcription: { language: 'tlh' } } },
    'unsupported_language',
    'language',
  ],
])('%s is answered by an error, and the session goes on', async (_name, event, code, param) => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.send({ ...event, event_id: 'evt_client' });
  expect(await client.next('error')).toMatchObject({
    error: { type: 'invalid_request_error', code, param, event_id: 'evt_client' },
  });
  client.append(silenceAt24k(0.5));
  client.send(COMMIT);
  await client.next(COMPLETED);
});

test('what can be ignored is no error, but is in the record with the model that was asked for', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url, { model: 'gpt-4o-transcribe' });
  client.send({
    type: 'session.update',
    session: {
      instructions: 'SECRET',
      audio: {
        input: {
          transcription: { prompt: 'The patient SECRET has been waiting here for a very long time today' },
          turn_detection: { type: 'server_vad', silence_duration_ms: 9000 },
        },
        output: { voice: 'SECRET' },
      },
    },
  });
  await client.next('session.updated');
  client.append(silenceAt24k(0.5));
  client.send(COMMIT);
  await client.next(COMPLETED);
  expect(client.all('error')).toEqual([]);
  client.socket.close();
  const record = await recordOf(server);
  expect(record).toMatchObject({
    settings: {
      asked: {
        service: 'openai',
        model: 'gpt-4o-transcribe',
        warnings: [
          { parameter: 'audio.input.transcription.prompt', reason: expect.any(String) as string },
          { parameter: 'audio.input.turn_detection.silence_duration_ms', reason: '3000 is used' },
          { parameter: 'instructions', reason: 'not known' },
          { parameter: 'audio.output', reason: 'not known' },
        ],
      },
    },
  });
  expect(server.log()).toContain('not done as asked');
  expect(server.log()).not.toContain('SECRET');
});

test('a server that goes away sends all text first, also what was not committed', async () => {
  const server = await startScriptedServer();
  const client = await connectRealtime(server.url);
  client.send(MANUAL);
  client.append(silenceAt24k(0.5));
  await streamOf(server, 1);
  server.recognizer.says = 'Last words.';
  void server.app.drain();
  expect(await client.closed).toBe(1001);
  expect(client.all(COMPLETED)).toMatchObject([{ transcript: 'Last words.' }]);
  expect(client.all('error')).toEqual([]);
});

test('a client that says nothing for long gets its text and no error', async () => {
  const server = await startScriptedServer({ idleTimeoutSeconds: '1' });
  const client = await connectRealtime(server.url);
  client.append(silenceAt24k(0.5));
  const stream = await streamOf(server, 1);
  stream.speech('started', 0);
  server.recognizer.says = 'Last words.';
  expect(await client.closed).toBe(1000);
  expect(client.all(COMPLETED)).toMatchObject([{ transcript: 'Last words.' }]);
  expect(client.all('error')).toEqual([]);
});

interface Recorded {
  readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
}

/** The record of the only session, once that has ended. */
async function recordOf({ url }: ScriptedServer): Promise<Recorded> {
  const list = async () => {
    const answer = await fetch(`${url}/api/v1/sessions`);
    return (await answer.json()) as {
      readonly sessions: readonly { readonly id: string; readonly endedAt?: string }[];
    };
  };
  await until(async () => (await list()).sessions[0]?.endedAt !== undefined);
  const [session] = (await list()).sessions;
  return (await (await fetch(`${url}/api/v1/sessions/${session?.id ?? ''}`)).json()) as Recorded;
}

async function finalsOf(server: ScriptedServer): Promise<readonly string[]> {
  return (await recordOf(server)).segments.map(({ versions: [first] }) => first?.text ?? '');
}
