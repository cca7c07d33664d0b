import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { recordOf, resumeAt, sessionsOf, streamOf, taken } from '../support/moved-client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('a session whose server is restarted', () => {
  test('goes on in the next one, with its number, clock, settings, terms and unsent finals', async () => {
    const dataDirectory = temporaryFolder();
    const former = await startScriptedServer({ dataDirectory });
    const client = await connectOptedIn(former.url);
    client.send({ type: 'configure', keyterms: ['apixaban'], partials: false });
    const ready = await client.next('ready');
    client.send(silence(2));
    const first = await streamOf(former);
    await taken(first, 2);
    first.final('first');
    await client.next('transcription');
    client.send(silence(1));
    await taken(first, 3);
    first.final('second');
    client.send(silence(1.5));
    await taken(first, 4.5);
    former.recognizer.says = 'last words';
    await restart(former, client);

    const next = await startScriptedServer({ dataDirectory });
    const back = await resumeAt(next, ready, [1]);
    expect(await back.next('resumed')).toMatchObject({
      sessionId: ready.sessionId,
      receivedSamples: 4.5 * 16_000,
    });
    expect(await back.next('transcription')).toMatchObject({ text: 'second', sequence: 1, start: 2, end: 3 });
    // The server that works alone has heard everything before it stopped.
    expect(await back.next('transcription')).toMatchObject({
      text: 'last words',
      sequence: 2,
      start: 3,
      end: 4.5,
    });
    back.send(silence(0.5));
    const stream = await streamOf(next);
    expect(stream.options.partials).toBe(false);
    expect(stream.keyTerms()).toMatchObject({ count: 1 });
    await taken(stream, 0.5);
    stream.final('third');
    expect(await back.next('transcription')).toMatchObject({
      text: 'third',
      sequence: 3,
      start: 4.5,
      end: 5,
    });
    back.send({ type: 'stop' });
    expect(await back.next('stopped')).toMatchObject({ audioSeconds: 5, utterances: 4, words: 5 });
    back.socket.close(1000);
    await until(async () => (await recordOf(next, ready.sessionId)).endedAt !== undefined);
    expect((await recordOf(next, ready.sessionId)).texts).toEqual(['first', 'second', 'last words', 'third']);
    expect(await sessionsOf(next)).toEqual([ready.sessionId]);
  });

  test('is not given to whoever shows another token', async () => {
    const dataDirectory = temporaryFolder();
    const former = await startScriptedServer({ dataDirectory });
    const client = await connectOptedIn(former.url);
    const [ready] = client.all('ready');
    if (!ready) throw new Error('it is not ready');
    client.send(silence(1));
    await taken(await streamOf(former), 1);
    await restart(former, client);

    const next = await startScriptedServer({ dataDirectory });
    const stranger = await resumeAt(next, { ...ready, resume: { token: 'x'.repeat(43) } }, [0]);
    expect(await stranger.next('error')).toMatchObject({ code: 'resume_refused' });
    const back = await resumeAt(next, ready, [0]);
    expect(await back.next('resumed')).toMatchObject({ receivedSamples: 16_000 });
  });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-handed-over-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Stops a server, which sends its client away. */
async function restart({ app }: ScriptedServer, client: Client): Promise<void> {
  expect(await app.drain()).toBe(true);
  expect(await client.closed).toBe(1001);
  await app.close();
}
