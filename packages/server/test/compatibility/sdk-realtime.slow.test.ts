import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import OpenAI6 from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asMulaw, at24k } from '../support/other-audio.js';
import { sdkPythons } from '../support/python.js';
import { COMPLETED, connectRealtime, type RealtimeSdk } from '../support/realtime-client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, wordErrorRate, type Speech } from '../support/speech.js';

const run = promisify(execFile);

/** The newest version of the SDK asks for Node 22. */
const isNode22 = Number(process.versions.node.split('.')[0]) >= 22;

const COMMIT = { type: 'input_audio_buffer.commit' };

let server: RealServer;
let speech: Speech;
beforeAll(async () => {
  speech = await loadSpeech('librivox/sense_and_sensibility_01_austen_64kb-0880');
  server = await spawnRealServer('--workers', '1');
});
afterAll(() => {
  server.signal('SIGKILL');
});

/** The bytes in pieces that are cut in the middle of a sample. */
function inPieces(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / 4801) }, (_, at) =>
    bytes.subarray(at * 4801, (at + 1) * 4801),
  );
}

describe.each([
  {
    name: 'openai 6',
    sdk: (): Promise<RealtimeSdk> => Promise.resolve({ OpenAI: OpenAI6, Socket: OpenAIRealtimeWS }),
    ask: { model: 'gpt-4o-transcribe' },
    isSkipped: false,
  },
  {
    name: `openai 7${isNode22 ? '' : `: Node ${process.versions.node} is older than it asks for`}`,
    sdk: async () => {
      const [{ default: OpenAI }, { OpenAIRealtimeWS: Socket }] = await Promise.all([
        import('openai-7'),
        import('openai-7/realtime/ws'),
      ]);
      return { OpenAI, Socket } as unknown as RealtimeSdk;
    },
    ask: { intent: 'transcription' },
    isSkipped: !isNode22,
  },
])('$name', ({ sdk, ask, isSkipped }) => {
  const runs = test.skipIf(isSkipped);

  runs('hears a sentence whose end the server detects', async () => {
    const client = await connectRealtime(server.url, { sdk: await sdk(), ask });
    client.append(...inPieces(at24k(speech.pcm)));
    // Answered after everything before it.
    client.send(COMMIT);
    client.send({ type: 'input_audio_buffer.clear' });
    await client.next('input_audio_buffer.cleared');
    const completed = client.all(COMPLETED).map(({ transcript }) => transcript as string);
    expect(wordErrorRate(speech.text, completed.join(' '))).toBeLessThan(0.1);
    const started = client.all('input_audio_buffer.speech_started').map(({ item_id }) => item_id);
    const ended = client.all(COMPLETED).map(({ item_id }) => item_id);
    expect(ended).toEqual(expect.arrayContaining(started));
    expect(client.all('error')).toEqual([]);
  });

  runs('hears a sentence that the client commits in the middle of it', async () => {
    const client = await connectRealtime(server.url, { sdk: await sdk(), ask });
    client.send({ type: 'session.update', session: { type: 'transcription', audio: MANUAL } });
    const pieces = inPieces(at24k(speech.pcm));
    client.append(...pieces);
    client.send(COMMIT);
    expect(wordErrorRate(speech.text, (await client.next(COMPLETED))['transcript'] as string)).toBeLessThan(
      0.1,
    );
    // What is said once is heard once, wherever it is cut.
    const middle = Math.floor(pieces.length / 2);
    client.append(...pieces.slice(0, middle));
    client.send(COMMIT);
    client.append(...pieces.slice(middle));
    client.send(COMMIT);
    const halves = [await client.next(COMPLETED), await client.next(COMPLETED)];
    const text = halves.map(({ transcript }) => transcript as string).join(' ');
    expect(wordErrorRate(speech.text, text)).toBeLessThan(0.4);
  });

  runs('hears what comes as on a telephone, after an update between two words', async () => {
    const client = await connectRealtime(server.url, { sdk: await sdk(), ask });
    client.append(...inPieces(at24k(speech.pcm)));
    client.send({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: { input: { format: { type: 'audio/pcmu' }, ...MANUAL.input } },
      },
    });
    await client.next('session.updated');
    const before = client.all(COMPLETED).length;
    client.append(...inPieces(asMulaw(speech.pcm)));
    client.send(COMMIT);
    do await client.next(COMPLETED);
    while (client.all(COMPLETED).length === before);
    const text = client
      .all(COMPLETED)
      .slice(before)
      .map(({ transcript }) => transcript as string);
    expect(wordErrorRate(speech.text, text.join(' '))).toBeLessThan(0.2);
  });
});

const MANUAL = { input: { turn_detection: null } };

interface Told {
  readonly text: string;
  readonly types: readonly string[];
  readonly classes: readonly string[];
}

const program = fileURLToPath(new URL('python/realtime.py', import.meta.url));

for (const { path, packages, missing } of sdkPythons) {
  test.skipIf(missing !== undefined)(
    `${packages}${missing === undefined ? '' : `: ${missing}`}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'auscult-realtime-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      writeFileSync(join(folder, 'samples'), at24k(speech.pcm));
      const { stdout } = await run(path, [program, server.url, join(folder, 'samples')]);
      const told = JSON.parse(stdout) as Readonly<Record<string, Told>>;
      for (const [way, { text, classes }] of Object.entries(told)) {
        expect([way, wordErrorRate(speech.text, text)]).toEqual([way, expect.closeTo(0, 0)]);
        // Each event is one that the SDK knows.
        expect([way, classes.filter((name) => name === 'dict')]).toEqual([way, []]);
      }
      expect(told['server_vad']?.types[0]).toBe('session.created');
      if (packages.includes('openai==1.'))
        expect(told['beta']?.types.slice(0, 2)).toEqual([
          'transcription_session.created',
          'transcription_session.updated',
        ]);
    },
  );
}
