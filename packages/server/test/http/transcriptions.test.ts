import { describe, expect, test } from 'vitest';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, formOf, inspect, listed, post, remove, result, submit } from '../support/upload.js';
import { until } from '../support/until.js';

describe('a recording', () => {
  test('is taken, transcribed and fetched in every format', async () => {
    const { url } = await startScriptedServer();
    const response = await post(url, formOf(await clipFile(), { language: 'en', task: 'transcribe' }));
    expect(response.status).toBe(202);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { id } = (await response.json()) as { id: string };
    const location = new URL(response.headers.get('location') ?? '', response.url);
    expect(location.href).toBe(`${url}/api/v1/transcriptions/${id}`);

    const done = await ended(url, id);
    expect(done).toMatchObject({
      id,
      origin: 'upload',
      status: 'done',
      progress: 1,
      model: 'scripted',
      language: 'en',
      task: 'transcribe',
      damaged: false,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const seconds = done.audioSeconds ?? 0;
    expect(seconds).toBeGreaterThan(2);
    const json = await result(url, id);
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const transcript = (await json.json()) as { text: string; duration: number };
    expect(transcript).toMatchObject({
      id,
      text: expect.stringMatching(/^heard \d+$/),
      duration: seconds,
      segments: [{ start: 0, end: seconds, text: transcript.text, confidence: 0.9 }],
    });
    expect(transcript).not.toHaveProperty('segments[0].words');
    expect(await (await result(url, id, '?format=text')).text()).toBe(`${transcript.text}\n`);
    const srt = await result(url, id, '', { accept: 'application/x-subrip' });
    expect(srt.headers.get('content-type')).toBe('application/x-subrip; charset=utf-8');
    expect(await srt.text()).toMatch(/^1\n00:00:00,000 --> 00:00:0\d,\d{3}\nheard \d+\n/);
    expect(await (await result(url, id, '', { accept: 'text/vtt;q=0.5, image/png' })).text()).toMatch(
      /^WEBVTT\n/,
    );
    expect(await (await result(url, id, '?format=vtt', { accept: 'application/json' })).text()).toMatch(
      /^WEBVTT/,
    );

    expect(await listed(url)).toEqual([done]);
    expect((await remove(url, id)).status).toBe(204);
    expect(await listed(url)).toEqual([]);
    expect((await result(url, id)).status).toBe(404);
  });

  test('has its words in the result on request', async () => {
    const { url } = await startScriptedServer();
    const { id } = await submit(url, await clipFile(), { words: 'true' });
    await ended(url, id);
    expect(await (await result(url, id)).json()).toMatchObject({
      segments: [{ words: [{ text: 'heard', start: 0, confidence: 0.9 }, {}] }],
    });
  });

  test('of unknown length has the progress of what was recognised, not of what was read', async () => {
    const { url, recognizer } = await startScriptedServer();
    let open = (): void => undefined;
    recognizer.flushGate = new Promise((resolve) => (open = resolve));
    const { id, audioSeconds } = await submit(url, await clipOfUnknownLength());
    expect(audioSeconds).toBeUndefined();
    await until(() => (recognizer.streams[0]?.pushed.length ?? 0) > 1);
    expect(await inspect(url, id)).toMatchObject({ status: 'running', progress: 0 });
    open();
    expect(await ended(url, id)).toMatchObject({ status: 'done', progress: 1 });
  });
});

/** A FLAC as it comes from an encoder that could not go back to write its length. */
async function clipOfUnknownLength(): Promise<Blob> {
  const bytes = new Uint8Array(await (await clipFile()).arrayBuffer());
  const [sharedBits, rest] = [21, 22];
  bytes.set([(bytes[sharedBits] ?? 0) & 0xf0], sharedBits);
  bytes.fill(0, rest, rest + 4);
  return new Blob([bytes]);
}
