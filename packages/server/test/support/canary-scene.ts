import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { runCli } from '../cli/run-cli.js';
import { createCanary, filesBelow } from './canary.js';
import { connectOptedIn, silence, type Client } from './client.js';
import { injectedErrors } from './injected-errors.js';
import { ownEnvironment, spawnRealServerIn, type RealServer } from './real-server.js';
import { transcriptOf, type Speech } from './speech.js';
import { until } from './until.js';

/** A session in which the canary was heard, on a server that writes everything into one folder. */
interface Scene {
  readonly server: RealServer;
  /** Holds data, temporary files, home and working directory of the server. */
  readonly folder: string;
  readonly dataDirectory: string;
  /** Flags with the place of the data. */
  readonly storage: readonly string[];
  readonly client: Client;
  /** The canary. */
  readonly phrase: Speech;
  /** Says the canary again, on this or another socket, and waits for its text. */
  readonly sayAgain: (client?: Client) => Promise<void>;
  /** Opens another session. */
  readonly open: (protocols?: readonly string[]) => Promise<Client>;
  /** Notes an answer that somebody other than the speaker got. */
  readonly overhear: (answer: string) => void;
}

/** Something that goes wrong on a server that has heard a canary. */
export interface Fault {
  readonly name: string;
  /** Makes it happen, and waits until the server has reacted. */
  readonly inject: (scene: Scene) => Promise<void>;
  readonly flags?: readonly string[];
  /** Makes a database for the server, which uses the embedded one otherwise. */
  readonly createDatabase?: () => string;
  /** Whether the data of the server lies on a separate small disk, which is easily filled. */
  readonly hasSmallDisk?: boolean;
  readonly isPossible?: boolean;
  /** Whether the server has ended afterwards, so that it need not be stopped. */
  readonly isFatal?: boolean;
}

/** Says `phrase` to a server, injects the fault, and fails if any trace of the phrase is found outside transcripts. */
export async function expectNoTrace(phrase: Speech, fault: Fault): Promise<void> {
  const folder = temporaryFolder();
  const scene = await openScene(folder, phrase, fault);
  const heard = transcriptOf(scene.client);
  // If the phrase had not been heard, finding no trace of it would prove nothing.
  expect(heard).toMatch(/patient was discharged.*atrial fibrillation/i);
  await fault.inject(scene);
  const { overheard, server, client, storage } = scene;
  const filesThen = filesBelow(folder, server.pid);
  if (fault.isFatal !== true) {
    overheard.push(await (await fetch(`${server.url}/metrics`)).text());
    overheard.push(await (await fetch(`${server.url}/health`)).text());
    server.signal('SIGTERM');
  }
  await server.exited;
  const backup = ['backup', join(folder, 'backup'), '--data-key-copy', join(folder, 'data-keys.json')];
  for (const args of [backup, ['audit', 'export', join(folder, 'audit.jsonl')]]) {
    const { stdout, stderr } = await runCli([...args, ...storage], { environment: placesIn(folder) });
    overheard.push(stdout, stderr);
  }
  overheard.push(
    JSON.stringify(client.messages.filter(({ type }) => !['transcription', 'refined'].includes(type))),
  );

  const canary = createCanary([phrase.text, heard], phrase.pcm);
  const found = [
    ...canary.heardIn(server.output()).map((trace) => `${trace} in what the server printed`),
    ...overheard.flatMap((answer) => canary.heardIn(answer).map((trace) => `${trace} in ${answer}`)),
    ...[...filesThen, ...filesBelow(folder)].flatMap(([path, bytes]) =>
      canary.heardIn(bytes).map((trace) => `${trace} in ${path}`),
    ),
  ];
  expect(found).toEqual([]);
}

/** The server gets a signal that ends it while somebody speaks. */
export function signalled(signal: NodeJS.Signals): Fault {
  return {
    name: `${signal} in the middle`,
    isFatal: true,
    inject: async ({ server, client, phrase }) => {
      const spoken = client.all('speech').length;
      client.send(phrase.pcm);
      await until(() => client.all('speech').length > spoken);
      server.signal(signal);
      await server.exited;
    },
  };
}

/** An empty folder, which is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-canary-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Starts a server in `folder` and says the canary to it. */
async function openScene(
  folder: string,
  phrase: Speech,
  { flags = [], createDatabase, hasSmallDisk }: Fault,
): Promise<Scene & { overheard: string[] }> {
  const dataDirectory = join(folder, 'data');
  if (hasSmallDisk === true) mountSmallDisk(dataDirectory);
  const storage = [
    ...['--data-directory', dataDirectory],
    ...(createDatabase === undefined ? [] : ['--database', createDatabase()]),
  ];
  // Audio is kept, and waits for a second reading, so that as many traces as possible could be left.
  const kept = [
    '--keep-audio',
    '--refine',
    'on-stop',
    '--refine-hearings',
    '1',
    '--spool-directory',
    join(folder, 'spool'),
  ];
  const server = await spawnRealServerIn(
    { environment: { ...placesIn(folder), ...injectedErrors(phrase.text) }, folder },
    [
      '--workers',
      '1',
      '--max-final-delay-seconds',
      '600',
      '--cache-directory',
      cacheDirectory(),
      ...kept,
      ...storage,
      ...flags,
    ],
  );
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  const overheard: string[] = [];
  const open = (): Promise<Client> => connectOptedIn(server.url);
  const client = await open();
  const sayAgain = async (speaker = client): Promise<void> => {
    speaker.send(phrase.pcm);
    speaker.send(silence(1));
    speaker.send({ type: 'stop' });
    await speaker.next('stopped');
  };
  await sayAgain();
  const overhear = (answer: string): void => void overheard.push(answer);
  return { server, folder, dataDirectory, storage, client, phrase, sayAgain, open, overhear, overheard };
}

/** The folder of the models, for servers whose home is another folder. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'auscult');
}

function mountSmallDisk(folder: string): void {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'none', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
}

/** Environment variables that make a process write only below `folder`. */
function placesIn(folder: string): Record<string, string> {
  const [home, temporary] = ['home', 'tmp'].map((name) => join(folder, name)) as [string, string];
  for (const place of [home, temporary]) mkdirSync(place, { recursive: true });
  const xdg = Object.fromEntries(
    ['CACHE', 'CONFIG', 'DATA', 'STATE'].map((name) => [`XDG_${name}_HOME`, join(home, name)]),
  );
  return { ...xdg, HOME: home, TMPDIR: temporary, PATH: ownEnvironment()['PATH'] ?? '' };
}
