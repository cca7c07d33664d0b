// Makes the fixture of a released version: what a server of that version keeps, for tests that open it with later ones.
//
//     npm run build && node packages/server/test/upgrades/make-fixture.mjs packages/server/test/upgrades/0.1.0
//     … DATABASE=postgres://user@host/empty PG_DUMP=/usr/lib/postgresql/17/bin/pg_dump (for the one of PostgreSQL)
//
// It uses nothing but the command line and the protocol, so that it works in a checkout of any version. It needs ffmpeg.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const [, , destination] = process.argv;
if (destination === undefined) throw new Error('Name the folder of the version.');
const database = process.env['DATABASE'];
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const clip = fileURLToPath(new URL('../../../asr/test/clips/jfk/jfk.flac', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'auscult-fixture-'));
const storage = [
  ...['--data-directory', join(folder, 'data'), '--data-key-copy', join(folder, 'data-keys.json')],
  ...(database === undefined ? [] : ['--database', database]),
];

/** The first words of the clip: little enough that the fixture stays small. */
const FIRST_WORDS = ['-t', '2.2', '-i', clip, '-ar', '16000', '-ac', '1'];

try {
  const recording = join(folder, 'recording.flac');
  execFileSync('ffmpeg', ['-loglevel', 'error', ...FIRST_WORDS, recording]);
  const pcm = execFileSync('ffmpeg', ['-loglevel', 'error', ...FIRST_WORDS, '-f', 's16le', '-']);
  const { secret, id: keyId } = JSON.parse(
    auscult('keys', 'create', '--role', 'clinician', '--name', 'fixture', '--json'),
  );
  auscult('users', 'create', 'fixture-user', '--role', 'supervisor', '--no-codes', '--json');
  const server = await serve();
  const authorization = `Bearer ${secret}`;
  const live = await speak(server.url, authorization, pcm);
  await ask(`${server.url}/api/v1/sessions/${live}/segments/0/versions`, authorization, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ version: 1, text: 'And so, my fellow Americans: corrected.' }),
  });
  const upload = await transcribe(server.url, authorization, recording);
  const sessions = [];
  for (const id of [live, upload])
    sessions.push(await ask(`${server.url}/api/v1/sessions/${id}`, authorization));
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  auscult('backup', join(folder, 'backup.auscult'));
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  writeFileSync(join(folder, 'expected.json'), JSON.stringify({ version, secret, keyId, sessions }));
  if (database !== undefined)
    execFileSync(process.env['PG_DUMP'] ?? 'pg_dump', [
      ...['--inserts', '--no-owner', '--no-privileges', '--file', join(folder, 'dump.sql'), database],
    ]);
  mkdirSync(destination, { recursive: true });
  const kind = database === undefined ? 'embedded' : 'postgres';
  execFileSync('tar', [
    ...['--create', '--gzip', '--file', join(destination, `${kind}.tar.gz`), '--directory', folder],
    ...['--exclude', 'recording.flac', '--exclude', 'data/spool', '.'],
  ]);
} finally {
  rmSync(folder, { recursive: true });
}

function auscult(...args) {
  return execFileSync(process.execPath, [program, ...args, ...storage], { encoding: 'utf8' });
}

async function serve() {
  const flags = ['--port', '0', '--log-format', 'json', '--model', 'moonshine-tiny', '--workers', '1'];
  const child = spawn(
    process.execPath,
    [program, 'serve', ...flags, '--authentication', 'required', '--keep-audio', ...storage],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  for (;;) {
    const lines = output.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
    const url = lines.find(({ event }) => event === 'listening')?.url;
    if (url !== undefined && lines.some(({ event }) => event === 'ready')) return { child, url };
    if (child.exitCode !== null) throw new Error(`the server did not start: ${output}`);
    await sleep(50);
  }
}

/** Holds a live session, and returns its name. */
async function speak(url, authorization, pcm) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/transcribe`, 'auscult.v1', {
    headers: { authorization },
  });
  const messages = [];
  socket.on('message', (frame) => messages.push(JSON.parse(frame.toString())));
  await once(socket, 'open');
  socket.send(Buffer.concat([pcm, Buffer.alloc(32_000)]));
  socket.send(JSON.stringify({ type: 'stop' }));
  while (!messages.some(({ type }) => type === 'stopped')) await once(socket, 'message');
  socket.close(1000);
  await once(socket, 'close');
  return messages.find(({ type }) => type === 'ready').sessionId;
}

/** Has a recording transcribed, and returns the name of its record. */
async function transcribe(url, authorization, path) {
  const form = new FormData();
  form.append('file', new Blob([readFileSync(path)]), 'recording.flac');
  const { id } = await ask(`${url}/api/v1/transcriptions`, authorization, { method: 'POST', body: form });
  for (;;) {
    const { status } = await ask(`${url}/api/v1/transcriptions/${id}`, authorization);
    if (status === 'done') return id;
    if (status === 'failed') throw new Error('the recording could not be transcribed');
    await sleep(100);
  }
}

async function ask(url, authorization, { headers, ...request } = {}) {
  const answer = await fetch(url, { ...request, headers: { ...headers, authorization } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
