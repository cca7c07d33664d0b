import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyClientMessage } from '../../../protocol/test/client-message-arbitrary.js';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';

const audio = fc.record({
  type: fc.constant('audio'),
  data: fc.base64String(),
  sampleRate: fc.option(fc.nat(60_000)),
});
const configure = fc.record(
  {
    type: fc.constant('configure'),
    sampleRate: fc.oneof(fc.nat(60_000), fc.anything()),
    encoding: fc.constantFrom('s16le', 'f32le', 'mp3'),
    channels: fc.constantFrom(0, 1, 2, 3),
    partials: fc.boolean(),
    words: fc.boolean(),
    language: fc.constantFrom('en', 'fr', ''),
    endpointing: fc.anything(),
  },
  { requiredKeys: ['type'] },
);
const control = fc.record({
  type: fc.constantFrom('stop', 'finalize', 'keepalive', 'resume', 'constructor'),
});
const frame = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .oneof(audio, configure, control, anyClientMessage, fc.anything())
    .map((message) => (JSON.stringify(message) as string | undefined) ?? 'undefined'),
);

test(
  'no sequence of frames crashes the server or disturbs another session',
  { timeout: 120_000 },
  async () => {
    const { url, log } = await startScriptedServer({ maxMessagesPerSecond: '100000', maxSessions: '1000' });
    const witness = await connect(url);
    let heard = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 30 }), fc.boolean(), async (frames, optsIn) => {
        const fuzzer = await (optsIn ? connectOptedIn(url) : connect(url));
        for (const content of frames) fuzzer.send(content);
        await lastAnswered(fuzzer);
        for (const error of fuzzer.all('error')) expect(error.code).not.toBe('internal_error');
        fuzzer.socket.terminate();

        witness.send(silence(0.02));
        witness.send({ type: 'stop' });
        heard += 1;
        expect(await witness.next('transcription')).toMatchObject({ text: `heard ${heard}` });
      }),
      { numRuns: 150 },
    );
    expect(log()).not.toContain('unexpected error');
  },
);

/** Waits for the answer to a message that comes after everything else. */
async function lastAnswered(client: Client): Promise<void> {
  client.send({ type: 'configure', channels: 'marker' });
  const isMarker = () => client.all('error').some(({ field }) => field === 'channels');
  while (!isMarker()) await client.next('error');
}
