import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { connect, type Client } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { startRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, wordErrorRate, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';
import { segmentsIn } from '../journal/journals.js';

const STREAMS = 3;

/** Of what is said, as for a session that is not interrupted; a lost utterance of this clip is more. */
const MOST_ERRORS = 0.2;

let speech: Speech;
beforeAll(async () => {
  speech = await loadSpeech('librispeech/1998-15444-0006');
});

test(
  'a killed server loses nothing of what clients of the original protocol have said, and keeps no audio',
  { timeout: 300_000 },
  async () => {
    const dataDirectory = temporaryDirectory();
    const start = () => startRealServer('--data-directory', dataDirectory);
    const server = await start();
    const clients = await Promise.all(Array.from({ length: STREAMS }, () => connect(server.url)));
    await Promise.all(clients.map((client) => speak(client, speech.pcm, 8)));
    await until(async () => (await taken(server)) >= STREAMS * speech.seconds - 0.01);
    await until(async () => (await metric(server, 'auscult_journal_waiting_bytes')) === 0);
    server.signal('SIGKILL');
    await Promise.all([server.exited, ...clients.map(({ closed }: Client) => closed)]);

    const next = await start();
    await until(async () => (await recordsOf(next)).every(({ endedAt }) => endedAt !== undefined));
    const records = await recordsOf(next);
    expect(records).toHaveLength(STREAMS);
    for (const { id, missingSeconds } of records) {
      expect(missingSeconds).toBe(0);
      expect(wordErrorRate(speech.text, await textOf(next, id))).toBeLessThan(MOST_ERRORS);
    }
    await until(() => segmentsIn(join(dataDirectory, 'journal')).length === 0);
  },
);

interface RecordBody {
  readonly id: string;
  readonly endedAt?: string;
  readonly missingSeconds?: number;
}

async function recordsOf({ url }: RealServer): Promise<readonly RecordBody[]> {
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
    readonly sessions: readonly RecordBody[];
  };
  return sessions;
}

async function textOf({ url }: RealServer, id: string): Promise<string> {
  const { segments } = (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as {
    readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
  };
  return segments.map(({ versions }) => versions[0]?.text).join(' ');
}

function taken(server: RealServer): Promise<number> {
  return metric(server, 'auscult_audio_seconds_total');
}

async function metric({ url }: RealServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}
