import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  createApp,
  createLog,
  createRecognition,
  loadConfig,
  openStorage,
  type Config,
  type Storage,
} from '@auscult/server';
import { distribution, type Distribution } from '../measure/distribution.js';
import { runCli } from '../server/run-cli.js';
import { measureConsolePage, type ConsolePageResults, type ConsolePerson } from './console-page.js';

/** What is listed. */
export interface ConsolePlan {
  /** Recorded sessions. */
  readonly sessions: number;
  /** How often each page is asked for. */
  readonly rounds: number;
  /** Address of an empty PostgreSQL database; the embedded one if absent. */
  readonly database: string | undefined;
  /** The browser that opens the console; without it, only the server is measured. */
  readonly chromium: string | undefined;
  /** How often the console is opened in the browser. */
  readonly loads: number;
}

/** How long it took to answer one kind of page. */
interface PageDelays {
  readonly page: string;
  readonly role: string;
  /** What a page held. */
  readonly rows: number;
  /** From the request to the whole answer, ms. */
  readonly delays: Distribution | undefined;
}

export interface ConsoleResults {
  readonly database: 'embedded' | 'PostgreSQL';
  readonly sessions: number;
  readonly auditEntries: number;
  readonly fillSeconds: number;
  /** Writes of the filling that were refused since the database was too slow, and tried again. */
  readonly writesAgain: number;
  readonly pages: readonly PageDelays[];
  readonly console: ConsolePageResults | undefined;
}

const OWNERS = 100;
const GROUPS = 20;
const LANGUAGES = ['en', 'de', 'fr', 'es'];
const MODELS = ['moonshine-base-en', 'whisper-small'];

/** Sessions that begin before the former ones have ended. */
export const SESSIONS_TOGETHER = 50;

/** Of so many sessions, one is left open, and one is under legal hold. */
const ONE_OPEN_IN = 2000;
const ONE_HELD_IN = 1000;

/** Measures how long a server takes to answer what the console lists, in a separate database. */
export async function measureConsole(plan: ConsolePlan, onProgress: () => void): Promise<ConsoleResults> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-bench-'));
  try {
    const flags = { dataDirectory, database: plan.database };
    const config = loadConfig({ flags, environment: {} });
    const filled = await fill(config, plan.sessions, onProgress);
    const keys = await createKeys(config);
    const person = await createPerson(config);
    const measured = await withServer({ ...flags, authentication: 'required', port: '0' }, async (url) => ({
      pages: await measurePages(url, keys, plan.rounds),
      console:
        plan.chromium === undefined
          ? undefined
          : await measureConsolePage(url, person, { chromium: plan.chromium, loads: plan.loads }),
    }));
    const database = plan.database === undefined ? 'embedded' : 'PostgreSQL';
    return { database, sessions: plan.sessions, ...filled, ...measured };
  } finally {
    rmSync(dataDirectory, { recursive: true });
  }
}

async function fill(
  config: Config,
  sessions: number,
  onProgress: () => void,
): Promise<Pick<ConsoleResults, 'fillSeconds' | 'auditEntries' | 'writesAgain'>> {
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }));
  const startedAt = performance.now();
  const untilWritten = createPatience();
  try {
    for (let done = 0; done < sessions; done += SESSIONS_TOGETHER) {
      const numbers = Array.from(
        { length: Math.min(SESSIONS_TOGETHER, sessions - done) },
        (_, index) => done + index,
      );
      await Promise.all(numbers.map((number) => record(storage, number, untilWritten)));
      onProgress();
    }
    const { sequence } = await storage.audit.head();
    return {
      fillSeconds: (performance.now() - startedAt) / 1000,
      auditEntries: sequence,
      writesAgain: untilWritten.again(),
    };
  } finally {
    await storage.close();
  }
}

/** Records a session as a server does, apart from its text. */
async function record({ records }: Storage, number: number, untilWritten: Patience): Promise<void> {
  const id = `session-${String(number).padStart(7, '0')}`;
  const actor = {
    who: {
      tenant: 'default',
      subject: `user:${String(number % OWNERS)}`,
      kind: 'user',
      role: 'clinician',
    },
    from: '127.0.0.1',
  } as const;
  const description = {
    language: LANGUAGES[number % LANGUAGES.length] ?? 'en',
    channels: 1,
    task: 'transcribe',
    sampleRate: 16_000,
    settings: undefined,
  } as const;
  const writer = await untilWritten(() =>
    records.open({
      id,
      kind: number % 3 === 0 ? 'upload' : 'live',
      actor,
      groups: [`group-${String(number % GROUPS)}`],
      model: MODELS[number % MODELS.length] ?? 'none',
      description,
    }),
  );
  if (number % ONE_OPEN_IN !== 0) await untilWritten(() => writer.close('1000'));
  if (number % ONE_HELD_IN === 1) await untilWritten(() => records.hold(id, true, actor));
}

/** How often a write is tried. */
const ATTEMPTS = 20;

/** Writes, and tries again what the database was too slow for. */
interface Patience {
  <Result>(write: () => Promise<Result>): Promise<Result>;
  /** How many writes were tried again. */
  readonly again: () => number;
}

/**
 * A server refuses a write that its database has not taken within five seconds, since somebody waits; what is refused is not
 * written. On a slow machine, the writes of all sessions that begin together, which share a transaction, take longer. Nobody
 * waits here, so they are tried again, one after the other.
 */
function createPatience(): Patience {
  let last: Promise<unknown> = Promise.resolve();
  let again = 0;
  const inTurn = <Result>(write: () => Promise<Result>): Promise<Result> => {
    again++;
    const done = last.then(write);
    last = done.catch(() => undefined);
    return done;
  };
  const written = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt++)
      try {
        return await (attempt === 1 ? write() : inTurn(write));
      } catch (error) {
        const isSlow = error instanceof Error && error.message === 'records_unavailable';
        if (!isSlow || attempt === ATTEMPTS) throw error;
      }
  };
  return Object.assign(written, { again: () => again });
}

/** Somebody who logs in to the console. */
async function createPerson(config: Config): Promise<ConsolePerson> {
  const order = ['users', 'create', 'bench', '--role', 'administrator', '--no-codes', '--json'];
  const { password } = JSON.parse(await runCli([...order, ...dataOf(config)])) as {
    readonly password: string;
  };
  return { name: 'bench', password };
}

function dataOf({ dataDirectory, database }: Config): readonly string[] {
  return ['--data-directory', dataDirectory, ...(database === undefined ? [] : ['--database', database])];
}

type Keys = Readonly<Record<'administrator' | 'supervisor' | 'auditor', string>>;

async function createKeys(config: Config): Promise<Keys> {
  const create = async (...role: readonly string[]): Promise<string> =>
    (await runCli(['keys', 'create', '--role', ...role, ...dataOf(config)])).trim();
  return {
    administrator: await create('administrator'),
    supervisor: await create('supervisor', '--group', 'group-3'),
    auditor: await create('auditor'),
  };
}

/** Runs a server in this process, without a model: it lists what is kept, and takes no session. */
async function withServer<Result>(
  flags: Readonly<Record<string, string | undefined>>,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig({ flags, environment: {} });
  const log = createLog({ logLevel: 'error', logFormat: 'json' });
  const noRecognizer = () => Promise.reject(new Error('the benchmark recognises nothing'));
  const app = await createApp(config, createRecognition(config, noRecognizer, log), log);
  const url = await app.listen();
  try {
    return await use(url);
  } finally {
    await app.close();
  }
}

interface Page {
  readonly page: string;
  readonly role: keyof Keys;
  readonly path: string;
}

const SESSIONS = '/api/v1/sessions';

/** The pages of the sessions that are measured, without those that lie deep in the list. */
const PAGES: readonly Page[] = [
  { page: 'first', role: 'administrator', path: `${SESSIONS}?` },
  { page: 'first, of one group', role: 'supervisor', path: `${SESSIONS}?` },
  { page: 'oldest first', role: 'administrator', path: `${SESSIONS}?order=oldest` },
  { page: 'of an owner', role: 'administrator', path: `${SESSIONS}?owner=user:42` },
  { page: 'of nobody', role: 'administrator', path: `${SESSIONS}?owner=nobody` },
  { page: 'of a group', role: 'administrator', path: `${SESSIONS}?group=group-7` },
  { page: 'of no group', role: 'administrator', path: `${SESSIONS}?group=none` },
  { page: 'open', role: 'administrator', path: `${SESSIONS}?state=open` },
  { page: 'interrupted', role: 'administrator', path: `${SESSIONS}?state=interrupted` },
  { page: 'ended', role: 'administrator', path: `${SESSIONS}?state=ended` },
  { page: 'held', role: 'administrator', path: `${SESSIONS}?held=true` },
  { page: 'of a language', role: 'administrator', path: `${SESSIONS}?language=de` },
  { page: 'of a language that there is not', role: 'administrator', path: `${SESSIONS}?language=nl` },
  {
    page: 'of kind, language and model that do not meet',
    role: 'administrator',
    path: `${SESSIONS}?kind=live&language=en&model=whisper-small`,
  },
  {
    page: 'of an owner in a language, held',
    role: 'administrator',
    path: `${SESSIONS}?owner=user:42&language=fr&held=true`,
  },
  { page: 'of an owner who is not in the group', role: 'supervisor', path: `${SESSIONS}?owner=user:42` },
];

async function measurePages(url: string, keys: Keys, rounds: number): Promise<readonly PageDelays[]> {
  const deep = await Promise.all(
    (['administrator', 'supervisor'] as const).map(async (role): Promise<Page> => ({
      page: role === 'supervisor' ? 'deep, of one group' : 'deep',
      role,
      path: `${SESSIONS}?after=${await middle(url, keys.administrator)}`,
    })),
  );
  const measured: PageDelays[] = [];
  for (const page of [...PAGES, ...deep]) measured.push(await measurePage(url, keys, page, rounds));
  return measured;
}

/** The place of a page in the middle of the list. */
async function middle(url: string, key: string): Promise<string> {
  const begun = async (order: string): Promise<number> => {
    const { sessions } = await answerOf(`${url}${SESSIONS}?order=${order}&limit=1`, key);
    return Date.parse(sessions[0]?.startedAt ?? '');
  };
  const half = new Date(((await begun('oldest')) + (await begun('newest'))) / 2);
  return `${half.toISOString()}_session`;
}

async function measurePage(
  url: string,
  keys: Keys,
  { page, role, path }: Page,
  rounds: number,
): Promise<PageDelays> {
  const delays: number[] = [];
  let rows = 0;
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const { sessions } = await answerOf(url + path, keys[role]);
    delays.push(performance.now() - startedAt);
    rows = sessions.length;
  }
  return { page, role, rows, delays: distribution(delays) };
}

interface Answer {
  readonly sessions: readonly { readonly startedAt: string }[];
}

async function answerOf(url: string, key: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`${url} was answered with ${String(response.status)}`);
  return (await response.json()) as Answer;
}
