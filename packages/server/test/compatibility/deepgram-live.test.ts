import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { silence } from '../support/client.js';
import type { ScriptedRecognizer } from '../support/scripted-recognizer.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { openDeepgram } from './deepgram-session.js';

describe('a live session of the SDK of Deepgram', () => {
  test('gets its messages in the order in which they belong, and is closed with 1000', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, {
      interim_results: 'true',
      vad_events: 'true',
      utterance_end_ms: 1000,
      endpointing: 25,
      keyterm: ['metoprolol', 'HbA1c'],
    });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    const [stream] = server.recognizer.streams;
    expect(stream?.options).toMatchObject({
      encoding: 's16le',
      sampleRate: 16_000,
      partials: true,
      endpointingMs: 200,
      keyTerms: { count: 2 },
    });
    stream?.speech('started', 0.1);
    stream?.partial('No chest');
    stream?.speech('ended', 0.4);
    stream?.final('No chest pain.');
    await session.received(3);
    session.socket.sendMedia(silence(1));
    await session.received(4);
    stream?.speech('started', 1.4);
    stream?.empty('silence');
    await session.received(6);
    session.socket.sendMedia(silence(0.5));
    session.socket.sendCloseStream({ type: 'CloseStream' });
    expect(await session.closed).toBe(1000);
    expect(session.said()).toEqual([
      'SpeechStarted',
      'interim: No chest',
      'final pause: No chest pain.',
      'UtteranceEnd',
      'SpeechStarted',
      'final pause: ',
      'final pause: heard 3',
      'Metadata',
    ]);
    const [, interim, final, utteranceEnd] = session.messages;
    expect(interim).toMatchObject({
      start: 0,
      duration: 0.5,
      channel: {
        alternatives: [
          {
            transcript: 'No chest',
            words: [
              { word: 'no', punctuated_word: 'No', start: 0 },
              { word: 'chest', punctuated_word: 'chest', end: 0.5 },
            ],
          },
        ],
      },
    });
    expect(final?.channel?.alternatives[0]).toEqual({
      transcript: 'No chest pain.',
      confidence: 0.9,
      words: ['No', 'chest', 'pain.'].map((word) => ({
        word: word.toLowerCase().replace('.', ''),
        punctuated_word: word,
        start: 0,
        end: 0.5,
        confidence: 0.9,
      })),
    });
    expect(utteranceEnd).toMatchObject({ last_word_end: 0.5 });
    expect(session.messages.at(-1)).toMatchObject({
      duration: 2,
      channels: 1,
      sha256: createHash('sha256').update(silence(2)).digest('hex'),
      warnings: [{ parameter: 'endpointing', type: 'unsupported_feature', message: '200 ms is the least' }],
    });
  });

  test('gets an answer to Finalize, also in silence', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server);
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(1);
    session.socket.sendMedia(silence(0.5));
    session.socket.sendKeepAlive({ type: 'KeepAlive' });
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(2);
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(3);
    expect(session.said()).toEqual([
      'final pause finalized: ',
      'final pause finalized: heard 1',
      'final pause finalized: ',
    ]);
  });

  test('marks the last of several finals that answer Finalize', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server);
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    const [stream] = server.recognizer.streams;
    const flush = holdFlush(stream);
    session.socket.sendFinalize({ type: 'Finalize' });
    await flush.begun;
    stream?.final('one');
    stream?.empty('request');
    flush.goOn();
    await session.received(2);
    expect(session.said()).toEqual(['final pause: one', 'final pause finalized: ']);
    expect(await server.metrics()).toContain('auscult_hypotheses_total{kind="final"} 1');
  });

  test('is not told of a pause where an utterance was cut as it was long', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { endpointing: 'false' });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.streams[0]?.final('one');
    await session.received(1);
    const other = await openDeepgram(server);
    other.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 2);
    server.recognizer.streams[1]?.empty('longest');
    await other.received(1);
    expect([...session.said(), ...other.said()]).toEqual(['final: one', 'final: ']);
  });

  test('hears two channels by themselves, or mixed', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { channels: 2, multichannel: 'true', punctuate: 'false' });
    session.socket.sendMedia(Int16Array.from([1000, -2000, 3000, -4000]));
    await until(() => server.recognizer.streams.length === 2);
    const samples = server.recognizer.streams.map(({ pushed: [pcm] }) =>
      Array.from(new Int16Array((pcm ?? new Uint8Array()).slice().buffer)),
    );
    expect(samples).toEqual([
      [1000, 3000],
      [-2000, -4000],
    ]);
    server.recognizer.streams[1]?.final('No chest pain.');
    await session.received(1);
    expect(session.messages[0]).toMatchObject({
      channel_index: [1, 2],
      channel: { alternatives: [{ transcript: 'no chest pain', words: [{ word: 'no' }, {}, {}] }] },
    });
    expect(JSON.stringify(session.messages[0])).not.toContain('punctuated_word');
    session.socket.sendCloseStream({ type: 'CloseStream' });
    await session.closed;
    expect(session.messages.at(-1)).toMatchObject({ channels: 2 });

    const mixed = await openDeepgram(server, { channels: 2 });
    mixed.socket.sendMedia(Int16Array.from([1000, -2000, 3000, -4000]));
    await until(() => server.recognizer.streams.length === 3);
    const pcm = server.recognizer.streams[2]?.pushed[0]?.slice().buffer;
    expect(Array.from(new Float32Array(pcm ?? new ArrayBuffer(0)))).toEqual([-500 / 32_768, -500 / 32_768]);
  });

  test('may cut frames anywhere', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { channels: 2, multichannel: 'true' });
    const sent = Uint8Array.from({ length: 64 }, (_, at) => at);
    for (let at = 0; at < sent.length; at += 3) session.socket.sendMedia(sent.slice(at, at + 3));
    session.socket.sendMedia(Uint8Array.of(7));
    session.socket.sendCloseStream({ type: 'CloseStream' });
    await session.closed;
    const [left, right] = server.recognizer.streams.map(({ pushed }) => Buffer.concat(pushed));
    expect(left?.length).toBe(32);
    expect(right?.subarray(0, 2)).toEqual(Buffer.from([2, 3]));
    expect(right?.subarray(-2)).toEqual(Buffer.from([62, 63]));
  });

  test('may change its key terms and the writing of numbers', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { keyterm: ['HbA1c'] });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    session.send({ type: 'Configure', keyterms: ['Okonkwo', 'metoprolol'] });
    await session.received(1);
    expect(session.messages[0]).toMatchObject({ keyterms: ['Okonkwo', 'metoprolol'] });
    expect(server.recognizer.streams).toHaveLength(1);
    expect(server.recognizer.streams[0]?.keyTerms()).toMatchObject({ count: 2 });
    session.send({ type: 'Configure', keyterms: ['a b c d e f g h i'] });
    session.send({ type: 'Configure', processors: { numerals: true } });
    session.send({ type: 'Configure', features: { numerals: true, colours: true } });
    await session.received(4);
    server.recognizer.says = 'twenty five milligrams';
    session.socket.sendCloseStream({ type: 'CloseStream' });
    await session.closed;
    expect(session.said().slice(0, 4)).toEqual([
      'ConfigureSuccess',
      'ConfigureFailure',
      'ConfigureSuccess',
      'ConfigureSuccess',
    ]);
    expect(session.said()[4]).toBe('final pause: 25 mg');
    expect(session.messages[1]).toMatchObject({ code: 'CONFIGURE_KEYTERM_LIMIT_EXCEEDED' });
    expect(session.messages.at(-1)).toMatchObject({ warnings: [{ parameter: 'features' }] });
  });

  test('is told what it sends that is not understood, and goes on', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server);
    session.send({ type: 'Sing', song: 'a secret' });
    session.send(['KeepAlive']);
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(3);
    expect(session.said()).toEqual(['Error', 'Error', 'final pause finalized: ']);
    expect(JSON.stringify(session.messages)).not.toContain('secret');
  });

  test('leaves the words of a command as they are if it would take back a final that was sent', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { dictation: 'true' });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.streams[0]?.final('Aspirin,');
    await session.received(1);
    session.socket.sendMedia(silence(0.5));
    server.recognizer.says = 'Scratch that.';
    session.socket.sendFinalize({ type: 'Finalize' });
    await session.received(2);
    expect(session.said()).toEqual(['final pause: Aspirin,', 'final pause finalized: Scratch that.']);
  });

  test('brings tags and other fields back, and writes what is asked for into the record', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, {
      tag: ['ward 3'],
      queryParams: { extra: ['case:17'], detect_entities: 'true', some_new_one: 'secret', redact: 'false' },
    });
    session.socket.sendMedia(silence(0.5));
    session.socket.sendCloseStream({ type: 'CloseStream' });
    await session.closed;
    const warnings = [
      { parameter: 'detect_entities', reason: 'entities are not marked' },
      { parameter: 'some_new_one', reason: 'not known' },
    ];
    const metadata = session.messages.at(-1) as unknown as { readonly request_id: string };
    expect(metadata).toMatchObject({
      tags: ['ward 3'],
      extra: { case: '17' },
      warnings: warnings.map(({ parameter, reason }) => ({ parameter, message: reason })),
    });
    await until(async () => {
      const record = await recordOf(server.url, metadata.request_id);
      return record.endedAt !== undefined;
    });
    const { settings } = await recordOf(server.url, metadata.request_id);
    expect(settings).toMatchObject({ asked: { service: 'deepgram', model: 'nova-3', warnings } });
  });

  test('ends with an error if text is lost', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { reconnectAttempts: 0 });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    server.recognizer.streams[0]?.lose(0, 0.5);
    expect(await session.closed).toBe(1011);
  });

  test('gets its finals and its metadata when the server goes away', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server, { reconnectAttempts: 0 });
    session.socket.sendMedia(silence(0.5));
    await until(() => server.recognizer.streams.length === 1);
    await server.app.drain();
    expect(await session.closed).toBe(1001);
    expect(session.said()).toEqual(['final pause: heard 1', 'Metadata']);
  });

  test('gets its finals and its metadata if nothing more comes from it', async () => {
    const server = await startScriptedServer({ idleTimeoutSeconds: '1' });
    const session = await openDeepgram(server, { reconnectAttempts: 0 });
    session.socket.sendMedia(silence(0.5));
    expect(await session.closed).toBe(1011);
    expect(session.said()).toEqual(['final pause: heard 1', 'Metadata']);
  });

  test('ends after an empty frame that nothing follows', async () => {
    const server = await startScriptedServer();
    const session = await openDeepgram(server);
    session.socket.sendMedia(new Uint8Array());
    session.socket.sendMedia(silence(0.5));
    session.socket.sendMedia(new Uint8Array());
    session.socket.sendMedia(silence(0.5));
    session.socket.sendMedia(new Uint8Array());
    expect(await session.closed).toBe(1000);
    expect(session.said()).toEqual(['final pause: heard 2', 'Metadata']);
  });
});

/** Makes the next flush of a stream wait. */
function holdFlush(stream: ScriptedRecognizer['streams'][number] | undefined): {
  readonly begun: Promise<void>;
  readonly goOn: () => void;
} {
  let goOn = (): void => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const begun = new Promise<void>((resolve) => {
    if (stream === undefined) return;
    stream.flushGate = Object.assign(gate, {
      then: (...handlers: Parameters<Promise<void>['then']>) => {
        resolve();
        return Promise.prototype.then.apply(gate, handlers);
      },
    });
  });
  return {
    begun,
    goOn: () => {
      goOn();
    },
  };
}

interface ShownRecord {
  readonly endedAt?: string;
  readonly settings: object;
}

async function recordOf(url: string, id: string): Promise<ShownRecord> {
  return (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as ShownRecord;
}
