import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TranscriptionMessage } from '@auscult/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { loadConfig } from '../../src/config/load-config.js';
import { openStorage } from '../../src/storage/open-storage.js';
import { createLog } from '../../src/telemetry/log.js';
import { BY_SERVER } from '../support/access.js';
import { connectOptedIn, type Client } from '../support/client.js';
import { bearer } from '../support/guarded-server.js';
import { spawnRealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, type Speech } from '../support/speech.js';

/** Tests that a doctor is heard while so many sessions of one key send as much as is taken. */
export function testFairness(crowdSize: number): void {
  test('a doctor gets finals in time beside a key whose sessions all send faster than real time', async () => {
    const speech = await loadSpeech('jfk/jfk');
    const directory = mkdtempSync(join(tmpdir(), 'auscult-fairness-'));
    const server = await spawnRealServer(
      ...['--authentication', 'required', '--workers', '1', '--data-directory', directory],
    );
    onTestFinished(async () => {
      server.signal('SIGKILL');
      await server.exited;
      rmSync(directory, { recursive: true });
    });
    const [doctorsKey, crowdsKey] = await keysIn(directory);
    const doctor = await connectOptedIn(server.url, { headers: bearer(doctorsKey) });
    const crowd = await Promise.all(
      Array.from({ length: crowdSize }, () => connectOptedIn(server.url, { headers: bearer(crowdsKey) })),
    );
    let isOver = false;
    const crowdsSpeech = Promise.all(crowd.map((client) => sendOn(client, speech, () => isOver)));
    await speak(doctor, speech.pcm, 1);

    const [before, ofCrowdBefore] = [finalsOf([doctor]), finalsOf(crowd)];
    doctor.send({ type: 'stop' });
    await doctor.next('stopped');
    // If finals came in the order of their arrival, one of each other session would come between any two of the doctor.
    expect(finalsOf(crowd) - ofCrowdBefore).toBeLessThan(6 * (finalsOf([doctor]) - before + 1));
    expect(wordErrorRate(speech.text, transcriptOf(doctor))).toBeLessThan(0.15);
    expect(doctor.all('warning')).toEqual([]);
    isOver = true;
    await crowdsSpeech;
  }, 180_000);
}

/** Sends speech over and over, so that more than one repetition always waits for its text, however fast that comes. */
async function sendOn(client: Client, { pcm, seconds }: Speech, isOver: () => boolean): Promise<void> {
  let sent = 0;
  for (let heard = 0; !isOver(); heard = (await nextFinal(client)).end)
    for (; sent - heard < 2 * seconds; sent += seconds) client.send(pcm);
}

async function nextFinal(client: Client): Promise<TranscriptionMessage> {
  for (;;) {
    const message = await client.next('transcription');
    if (message.isFinal) return message;
  }
}

function finalsOf(clients: readonly Client[]): number {
  return clients.flatMap((client) => client.all('transcription').filter(({ isFinal }) => isFinal)).length;
}

async function keysIn(dataDirectory: string): Promise<readonly [string, string]> {
  const config = loadConfig({ flags: { dataDirectory }, environment: {} });
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }), {
    opener: 'command',
  });
  const keys = createApiKeys(storage);
  const order = { tenant: 'default', groups: [], expiresAt: undefined, createdBy: undefined };
  const doctor = await keys.create({ ...order, name: 'doctor', role: 'clinician' }, BY_SERVER);
  const crowd = await keys.create({ ...order, name: 'crowd', role: 'service' }, BY_SERVER);
  await storage.close();
  return [doctor.secret, crowd.secret];
}
