import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { framesOf, type Track } from '../load/track.js';
import { auscultCommand, settingsEnvironment, startServer, type Target } from '../server/target.js';
import type { Work } from './history.js';
import type { Recorder } from './recorder.js';
import { cliPath } from '../server/cli-path.js';

/** What the server has to do while its writes are recorded. */
export interface Workload {
  /** What is said in each session. */
  readonly tracks: readonly Track[];
  /**
   * How often the server is started, after a first run of commands alone. Before each start but the first, it
   * was stopped or killed.
   */
  readonly starts: number;
  /** How many times faster than real time audio is sent. */
  readonly speed: number;
}

/** Where the server keeps its data on the disk that loses power. */
export interface Place {
  readonly dataDirectory: string;
  /** Folder for backups and for audio that waits. */
  readonly backups: string;
  readonly spoolDirectory: string;
}

/**
 * Runs commands on an empty folder, then takes a server through sessions, corrections, deletions of several
 * records at once, backups during both, rotations of the master key, stops, kills and starts, and notes what
 * its clients saw.
 */
export async function runWorkload(
  place: Place,
  { tracks, starts, speed }: Workload,
  recorder: Recorder,
): Promise<void> {
  let backups = 0;
  const open: string[] = [];
  const during = async (work: Work, what: string, done: () => Promise<string | undefined>): Promise<void> => {
    recorder.mark({ saw: 'begin', work, what });
    const text = await done();
    recorder.mark({ saw: 'end', work, what, ...(text !== undefined && { text }) });
  };
  const backUp = (): Promise<void> => {
    const file = join(place.backups, `backup-${String(++backups)}`);
    return during('backup', file, () => cli(place, recorder, 'backup', file));
  };
  const rotate = (): Promise<void> =>
    during('rotation', 'master key', () => cli(place, recorder, 'master-key', 'rotate'));

  await backUp();
  await rotate();
  await backUp();
  for (let start = 1; start <= starts; start++) {
    let server: Target | undefined;
    await during('start', String(start), async () => {
      server = await startServer(commandOf(place), recorder.environment);
      return undefined;
    });
    if (server === undefined) throw new TypeError('a server that was started is there');
    const target = server;
    const speaking = tracks.map((track) => speak(target.url, track, speed, recorder));
    await Promise.race(speaking);
    await rotate();
    open.push(...(await Promise.all(speaking)));
    const [corrected, ...others] = open;
    if (corrected !== undefined)
      await during('correction', corrected, () => correct(target, corrected, start));
    await backUp();
    const gone = others.slice(0, Math.ceil(others.length / 2));
    const deletions = gone.map((session) => during('deletion', session, () => destroy(target, session)));
    await Promise.all([...deletions, backUp()]);
    open.splice(1, gone.length);
    if (start % 2 === 1) await during('stop', String(start), () => target.stop().then(() => undefined));
    else await kill(target);
  }
}

function commandOf({ dataDirectory, spoolDirectory }: Place) {
  return auscultCommand([
    ...['--workers', '1', '--max-final-delay-seconds', '600', '--keep-audio'],
    ...['--data-directory', dataDirectory, '--spool-directory', spoolDirectory],
  ]);
}

const FRAME_SECONDS = 0.25;

interface Received {
  readonly type: string;
  readonly sessionId?: string;
  readonly isFinal?: boolean;
  readonly text?: string;
}

/**
 * Speaks a track in a new session, and notes each final within the turn of the event loop in which it comes.
 * Resolves with the session's id.
 */
async function speak(url: string, track: Track, speed: number, recorder: Recorder): Promise<string> {
  const socket = new WebSocket(url, 'auscult.v1');
  let session = '';
  let place = 0;
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('close', () => {
      resolve();
    });
    socket.once('error', reject);
  });
  const ready = new Promise<void>((resolve) => {
    socket.on('message', (frame: Buffer) => {
      const message = JSON.parse(frame.toString()) as Received;
      if (message.type === 'ready') {
        session = message.sessionId ?? '';
        resolve();
      }
      if (message.type === 'transcription' && message.isFinal === true)
        recorder.mark({ saw: 'final', session, place: place++, text: message.text ?? '' });
      if (message.type === 'stopped') socket.close();
    });
  });
  socket.once('open', () => {
    socket.send(JSON.stringify({ type: 'configure', partials: false }));
  });
  await Promise.race([ready, closed]);
  for (const frame of framesOf(track, FRAME_SECONDS)) {
    socket.send(frame);
    await elapsed((1000 * FRAME_SECONDS) / speed);
  }
  socket.send(JSON.stringify({ type: 'stop' }));
  await closed;
  return session;
}

/** Resolves with the new text. */
async function correct({ httpUrl }: Target, session: string, number: number): Promise<string> {
  const text = `corrected before start ${String(number + 1)}`;
  const url = `${httpUrl}/api/v1/sessions/${session}`;
  const { segments } = (await (await fetch(url)).json()) as {
    readonly segments: readonly { readonly versions: readonly unknown[] }[];
  };
  const response = await fetch(`${url}/segments/0/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ version: segments[0]?.versions.length, text }),
  });
  if (!response.ok) throw new Error(`a correction was refused with ${String(response.status)}`);
  return text;
}

/** A session that was just closed still counts as open for a moment. */
async function destroy({ httpUrl }: Target, session: string): Promise<undefined> {
  for (;;) {
    const { status } = await fetch(`${httpUrl}/api/v1/sessions/${session}`, { method: 'DELETE' });
    if (status === 204) return undefined;
    if (status !== 409) throw new Error(`a deletion was refused with ${String(status)}`);
    await elapsed(20);
  }
}

async function kill(server: Target): Promise<void> {
  if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
  await server.stop();
}

const CLI = cliPath();

async function cli(
  { dataDirectory }: Place,
  recorder: Recorder,
  ...command: readonly string[]
): Promise<undefined> {
  await promisify(execFile)(process.execPath, [CLI, ...command, '--data-directory', dataDirectory], {
    env: { ...settingsEnvironment(), ...recorder.environment },
  });
}
