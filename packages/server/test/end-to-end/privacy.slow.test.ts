import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { embeddedPath } from '../../src/db/database.js';
import { runCli } from '../cli/run-cli.js';
import {
  cacheDirectory,
  expectNoTrace,
  signalled,
  temporaryFolder,
  type Fault,
} from '../support/canary-scene.js';
import { connect, type Client } from '../support/client.js';
import { overwritePages } from '../support/damage.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { runServe } from '../support/real-server.js';
import { loadSpeech, wordsOf, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

let phrase: Speech;
let postgres: PostgresServer | undefined;
beforeAll(async () => {
  phrase = await loadSpeech('dictation/joe_s003');
  if (postgresMissing === undefined) postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

/** The server may be writing, milliseconds. */
const WAITING_FOR_LOCKS = { timeout: 30_000 };

const faults: readonly Fault[] = [
  {
    name: 'malformed messages and frames of every kind',
    inject: async ({ client, open, overhear }) => {
      const { text } = phrase;
      client.send(`{"type":"audio","data":"${text}"`);
      client.send(text);
      client.send({ type: 'audio', data: text });
      client.send({ type: text });
      client.send({ [text]: text });
      client.send({ type: 'configure', language: text, keyterms: wordsOf(text) });
      client.send({ type: 'configure', keyterms: [text, text] });
      client.send({ type: 'resume', sessionId: text.slice(0, 90), token: text.slice(0, 90), next: [0] });
      client.send(Buffer.concat([Buffer.from(text), Buffer.alloc(1)]));
      const frames = [
        [0x81, 0x80 | 4, 0, 0, 0, 0, 0xc3, 0x28, 0xa0, 0xa1],
        [0x82, 0x02, ...Buffer.from(text.slice(0, 2))],
        [0x83, 0x80, 0, 0, 0, 0],
        [0x82, 0xff, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
      ];
      for (const frame of frames) {
        const broken = await open();
        rawSocket(broken).write(Buffer.concat([Buffer.from(frame), Buffer.from(text)]));
        await broken.closed;
        overhear(JSON.stringify(broken.messages));
      }
      client.send({ type: 'stop' });
      await client.next('stopped');
      expect(client.all('error').length).toBeGreaterThanOrEqual(7);
    },
  },
  {
    name: 'a frame, a head and paths that are too large or not there',
    flags: ['--max-frame-bytes', '500000'],
    inject: async ({ server: { url }, client, overhear }) => {
      const { text } = phrase;
      const headers = { authorization: `Bearer ${text}`, 'x-note': text };
      for (const path of [
        text,
        `metrics?note=${text}`,
        `api/v1/sessions/${text}`,
        `api/v1/sessions?after=${text}`,
      ])
        overhear(await (await fetch(`${url}/${encodeURI(path)}`, { headers })).text());
      overhear(await rawAnswer(url, `GET /${text}\r\nhost: ${text}\r\n\r\n`));
      overhear(
        await rawAnswer(url, `GET / HTTP/1.1\r\nhost: localhost\r\nx-note: ${text.repeat(2000)}\r\n\r\n`),
      );
      const form = new FormData();
      form.append('file', new Blob([text]), `${text}.wav`);
      form.append('language', 'en');
      const upload = await fetch(`${url}/api/v1/transcriptions`, { method: 'POST', body: form });
      overhear(await upload.text());
      client.send(Buffer.concat([Buffer.from(text), Buffer.alloc(600_000)]));
      expect(await client.closed).toBe(1009);
    },
  },
  {
    name: 'inference processes that are killed, and that crash',
    inject: async ({ server, sayAgain }) => {
      for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGUSR2'] as const) {
        const victims = server.workers();
        const saying = sayAgain();
        for (const pid of victims) process.kill(pid, signal);
        await saying;
        await until(() => victims.every((pid) => !server.workers().includes(pid)));
      }
      expect(server.output()).toContain('inference process ended by an unexpected RangeError');
    },
  },
  {
    name: 'an inference process that hangs',
    flags: ['--worker-timeout-seconds', '5'],
    inject: async ({ server, sayAgain }) => {
      const saying = sayAgain();
      for (const pid of server.workers()) process.kill(pid, 'SIGSTOP');
      await saying;
      expect(server.output()).toContain('"reason":"hung"');
    },
  },
  {
    name: 'a disk that is full',
    isPossible: mayMount(),
    hasSmallDisk: true,
    inject: async ({ server, dataDirectory, sayAgain }) => {
      const filler = join(dataDirectory, 'filler');
      const file = openSync(filler, 'w');
      expect(() => {
        for (;;) writeSync(file, Buffer.alloc(4096));
      }).toThrow('ENOSPC');
      closeSync(file);
      const saying = sayAgain();
      await until(() => server.output().includes('CANNOT BE WRITTEN'));
      rmSync(filler);
      await saying;
    },
  },
  {
    name: 'a database that is locked',
    inject: async ({ server, dataDirectory, sayAgain }) => {
      const other = new DatabaseSync(embeddedPath({ dataDirectory }), WAITING_FOR_LOCKS);
      other.exec('begin immediate');
      const saying = sayAgain();
      await until(() => server.output().includes('CANNOT BE WRITTEN'));
      other.exec('rollback');
      other.close();
      await saying;
    },
  },
  {
    name: 'a database that is damaged',
    flags: ['--drain-seconds', '0'],
    isFatal: true,
    inject: async ({ server, dataDirectory, sayAgain }) => {
      const other = new DatabaseSync(embeddedPath({ dataDirectory }), WAITING_FOR_LOCKS);
      other.prepare('pragma wal_checkpoint(truncate)').all();
      other.close();
      overwritePages(embeddedPath({ dataDirectory }));
      sayAgain().catch(() => undefined);
      await until(() => server.output().includes('THE DATABASE IS DAMAGED'));
      server.signal('SIGTERM');
    },
  },
  {
    name: 'PostgreSQL being gone for a while',
    isPossible: postgresMissing === undefined,
    createDatabase: () => postgres?.createDatabase() ?? '',
    inject: async ({ server, sayAgain }) => {
      await postgres?.kill();
      const saying = sayAgain();
      await until(() => server.output().includes('CANNOT BE WRITTEN'));
      await postgres?.start();
      await saying;
    },
  },
  {
    name: 'a master key that is lost',
    isFatal: true,
    inject: async ({ server, dataDirectory, client, storage, overhear }) => {
      rmSync(join(dataDirectory, 'master.key'));
      overhear(await (await fetch(`${server.url}/api/v1/sessions`)).text());
      client.socket.close(1000);
      server.signal('SIGTERM');
      await server.exited;
      const { stdout, stderr } = await runServe(storage);
      expect(stderr).toContain('master key');
      overhear(stdout + stderr);
    },
  },
  {
    name: 'a client that does not read',
    flags: [
      ...['--max-send-buffer-bytes', '4096', '--max-bad-messages', '10000000'],
      ...['--max-messages-per-second', '10000000'],
    ],
    inject: async ({ server, open, sayAgain }) => {
      const slow = await open();
      await sayAgain(slow);
      slow.socket.pause();
      while (!server.output().includes('"closeCode":4420')) {
        for (let count = 0; count < 500; count++) slow.send(phrase.text);
        // A server that keeps up would otherwise leave this loop no turn in which the log is read.
        await setImmediate();
        await until(() => slow.socket.bufferedAmount < 1_000_000 || server.output().includes('4420'));
      }
      slow.socket.terminate();
    },
  },
  {
    name: 'somebody else who tries to go on with the session',
    inject: async ({ server, client, overhear }) => {
      const [{ sessionId } = { sessionId: '' }] = client.all('ready');
      for (const [id, token] of [
        [sessionId, phrase.text.slice(0, 90)],
        [sessionId, 'A'.repeat(43)],
        [phrase.text.slice(0, 90), 'A'.repeat(43)],
      ]) {
        const thief = await connect(server.url, {
          path: '/ws/transcribe?resume',
          protocols: ['auscult.v1'],
        });
        thief.send({ type: 'resume', sessionId: id, token, next: [0] });
        expect(await thief.closed).toBe(4410);
        overhear(JSON.stringify(thief.messages));
      }
    },
  },
  {
    name: 'a handler that fails, and then the whole process, with errors that quote what was said',
    isFatal: true,
    inject: async ({ server, client, overhear }) => {
      const [{ sessionId } = { sessionId: '' }] = client.all('ready');
      server.signal('SIGUSR2');
      const read = () => fetch(`${server.url}/api/v1/sessions/${sessionId}`);
      await until(async () => {
        const response = await read();
        const text = await response.text();
        if (response.status === 500) overhear(text);
        return response.status === 500;
      });
      expect(server.output()).toContain('"errorName":"SyntaxError"');
      server.signal('SIGUSR2');
      client.send(phrase.pcm);
      client.send({ type: 'stop' });
      expect(await server.exited).toBe(70);
      expect(server.output()).toContain('unexpected error');
    },
  },
  signalled('SIGTERM'),
  signalled('SIGSEGV'),
];

describe('no log, metric, error, file, backup or crash report holds what was said, in any encoding,', () => {
  test('when nothing goes wrong', { timeout: 180_000 }, async () => {
    await expectNoTrace(phrase, { name: 'nothing', inject: () => Promise.resolve() });
  });

  test.each(faults)('after $name', { timeout: 180_000 }, async (fault) => {
    if (fault.isPossible === false) return;
    await expectNoTrace(phrase, fault);
  });
});

test('a transcription writes nothing to the home folder', async () => {
  const home = temporaryFolder();
  const { status, stdout } = await runCli(
    ['transcribe', clipPath('jfk/jfk.flac'), '--cache-directory', cacheDirectory()],
    {
      environment: {
        HOME: home,
        XDG_CACHE_HOME: join(home, '.cache'),
        XDG_CONFIG_HOME: join(home, '.config'),
      },
    },
  );
  expect([status, stdout]).toEqual([0, expect.stringMatching(/country/)]);
  expect(readdirSync(home)).toEqual([]);
});

/** Whether this process may mount a file system. Only root may, and not in every container. */
function mayMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;
}

function rawSocket(client: Client): NodeJS.WritableStream {
  const { _socket: socket } = client.socket as unknown as { _socket: NodeJS.WritableStream };
  return socket;
}

/** The answer to bytes that are no request. */
async function rawAnswer(url: string, bytes: string): Promise<string> {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
