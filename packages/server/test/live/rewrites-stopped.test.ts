import { describe, expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, ended, submit } from '../support/upload.js';
import { until } from '../support/until.js';

const COUNTED = 'auscult_rewrites_stopped_total';

describe('a final whose rewriting was stopped to keep a number', () => {
  test('is counted in a live session and its record pass, and is sent like any other', async () => {
    const server = await startScriptedServer({ writtenForm: 'true' });
    server.recognizer.stopsRewriting = true;
    server.recognizer.says = 'Give ten.';
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', refine: 'on-stop' });
    client.send(silence(1));
    client.send({ type: 'stop' });
    const told = await client.next('transcription');
    expect(JSON.stringify(told)).not.toContain('rewriteStopped');
    await client.next('refined');
    const metrics = await server.metrics();
    expect(metrics).toContain(`${COUNTED}{origin="live"} 1\n`);
    expect(metrics).toContain(`${COUNTED}{origin="session"} 1\n`);
    expect(server.log()).not.toContain('Give ten');
  });

  test('is counted in an upload', async () => {
    const server = await startScriptedServer();
    const { id } = await submit(server.url, await clipFile());
    await ended(server.url, id);
    expect(await server.metrics()).not.toMatch(`${COUNTED}{origin="upload"} 1`);
    server.recognizer.stopsRewriting = true;
    const { id: other } = await submit(server.url, await clipFile());
    await ended(server.url, other);
    await until(async () => (await server.metrics()).includes(`${COUNTED}{origin="upload"} 1\n`));
  });
});
