import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TranscriptionMessage } from '@auscult/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

/** A man and a woman. */
const VOICES = ['librispeech/2609-156975-0005', 'librispeech/1998-15444-0006'] as const;

const NAME = 'Ms. Okafor';

test('a speaker keeps number and name when the server is killed and another session goes on', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-killed-'));
  onTestFinished(() => {
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const [first, second] = await Promise.all([loadSpeech(VOICES[0]), loadSpeech(VOICES[1])]);
  const server = await start(dataDirectory);
  const client = await connectOptedIn(server.url);
  client.send({ type: 'configure', speakers: 2, words: true });
  const { sessionId, resume } = await client.next('ready');
  // The process that compares voices starts with the first session that needs it.
  await say(client, first);
  const saidSecond = await say(client, second);
  const saidFirst = await say(client, first);
  await until(() => speakerOf(client, saidFirst) !== speakerOf(client, saidSecond));
  // Whoever speaks first in a session of its own would be number 0.
  const [one, zero] = speakerOf(client, saidFirst) === 1 ? [first, second] : [second, first];
  client.send({ type: 'identify', name: [{ speaker: 1, name: NAME }] });
  await named(client, NAME);
  server.signal('SIGKILL');
  await server.exited;

  const restarted = await start(dataDirectory);
  const next = await connectOptedIn(restarted.url);
  const continues = { sessionId, token: resume?.token };
  next.send({ type: 'configure', speakers: 2, words: true, continues });
  await named(next, NAME);
  await say(next, one);
  const saidOne = await say(next, one);
  const saidZero = await say(next, zero);
  console.log(
    JSON.stringify(next.all('speakers')),
    JSON.stringify(finalsOf(next).map((f) => [f.speaker, f.words?.[0]?.speakerConfidence])),
  );
  await until(() => speakerOf(next, saidOne) === 1 && speakerOf(next, saidZero) === 0);
  expect(next.all('warning')).toEqual([]);
});

async function start(dataDirectory: string): Promise<RealServer> {
  const server = await spawnRealServer('--data-directory', dataDirectory, '--workers', '1');
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  return server;
}

/** Says something, and resolves with the finals of it once all that is found out at once has come. */
async function say(client: Client, { pcm }: Speech): Promise<readonly TranscriptionMessage[]> {
  const before = finalsOf(client).length;
  await speak(client, pcm, 2);
  client.send(silence(1));
  client.send({ type: 'stop' });
  await client.next('stopped');
  const told = client.all('speakers').length;
  client.send({ type: 'identify' });
  await until(() => client.all('speakers').length > told);
  return finalsOf(client).slice(before);
}

/** Who said most of the words, as far as is known by now. */
function speakerOf(client: Client, finals: readonly TranscriptionMessage[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { sequence, words = [] } of finals)
    words.forEach(({ speaker }, index) => {
      const now = revisedTo(client, sequence, index) ?? speaker;
      if (now !== undefined) counts.set(now, (counts.get(now) ?? 0) + 1);
    });
  return [...counts].sort(([, some], [, others]) => others - some)[0]?.[0];
}

function finalsOf(client: Client): readonly TranscriptionMessage[] {
  return client.all('transcription').filter(({ isFinal }) => isFinal);
}

/** To whom a word was given last, if it was. */
function revisedTo(client: Client, of: number, word: number): number | undefined {
  const all = client.all('speakers').flatMap(({ revised }) => revised);
  return all.findLast(({ sequence, words: [from, to] }) => sequence === of && from <= word && word <= to)
    ?.speaker;
}

/** Waits until somebody has this name. */
async function named(client: Client, wanted: string): Promise<void> {
  for (;;) {
    const { speakers } = await client.next('speakers');
    if (speakers.some(({ name }) => name === wanted)) return;
  }
}
