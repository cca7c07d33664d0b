import { describe, expect, onTestFinished, test } from 'vitest';
import { natsMissing, startNats } from '../support/nats.js';
import { postgresMissing, startPostgres } from '../support/postgres.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { clipFile, formOf, post } from '../support/upload.js';

const missing = natsMissing ?? postgresMissing;

describe.skipIf(missing !== undefined)('a cluster whose JetStream is full', () => {
  test('refuses a recording as one for which there is no room, and goes on', async () => {
    const nats = await startNats({ storeBytes: 300_000 });
    onTestFinished(nats.stop);
    const postgres = await startPostgres({ durable: false });
    onTestFinished(postgres.stop);
    const { url } = await startScriptedServer({ database: postgres.createDatabase(), cluster: nats.url });
    const clip = await clipFile('medical/MSK0001-opening.flac');
    expect(clip.size).toBeGreaterThan(300_000);
    const response = await post(url, formOf(clip));
    expect(response.status).toBe(507);
    expect(await response.json()).toMatchObject({ error: { code: 'storage_full' } });
    const list = await fetch(`${url}/api/v1/transcriptions`);
    expect(await list.json()).toMatchObject({ transcriptions: [] });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
