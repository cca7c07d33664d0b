import { renameSync, rmSync, truncateSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedPath } from '../../src/db/database.js';
import { connect, connectOptedIn, silence, type Client } from '../support/client.js';
import { overwritePages } from '../support/damage.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../support/postgres.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

/** A way in which the database is away for a while. */
interface Outage {
  readonly name: string;
  readonly isPossible: boolean;
  /** Settings of a server whose database can fail in this way. */
  readonly settings: () => Readonly<Record<string, string>>;
  /** Begins the outage, and returns a function that ends it. */
  readonly begin: (server: ScriptedServer) => Promise<() => Promise<void>>;
}

let postgres: PostgresServer | undefined;
beforeAll(async () => {
  if (postgresMissing === undefined) postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const outages: readonly Outage[] = [
  {
    name: 'the database is locked by another program',
    isPossible: true,
    settings: () => ({}),
    begin: (server) => {
      const other = new DatabaseSync(embeddedPath(server));
      other.exec('begin immediate');
      const end = (): Promise<void> => {
        other.exec('rollback');
        other.close();
        return Promise.resolve();
      };
      return Promise.resolve(end);
    },
  },
  {
    name: 'PostgreSQL is gone',
    isPossible: postgresMissing === undefined,
    settings: () => ({ database: postgres?.createDatabase() ?? '' }),
    begin: async () => {
      await postgres?.kill();
      return async () => postgres?.start();
    },
  },
];

describe.each(outages)('while $name', ({ isPossible, settings, begin }) => {
  test.skipIf(!isPossible)(
    'partials go on, finals wait until it is over, and new sessions are refused',
    async () => {
      const server = await startScriptedServer(settings());
      const client = await speaking(server, 'before');
      const end = await begin(server);
      finalOf(server, 'one');
      await until(() => server.log().includes('CANNOT BE WRITTEN'));
      finalOf(server, 'two');
      await expectPartialsOnly(server, client);
      await expectRefused(server);
      const list = await fetch(`${server.url}/api/v1/sessions`);
      expect([list.status, await list.text()]).toEqual([
        503,
        expect.stringContaining('records_unavailable') as string,
      ]);
      await end();
      expect(await nextFinal(client)).toBe('one');
      expect(await nextFinal(client)).toBe('two');
      await (await connect(server.url)).next('connection');
      client.send({ type: 'stop' });
      await client.next('stopped');
      expect(await recordedTexts(server, client)).toEqual(['before', 'one', 'two']);
      expect(server.log()).not.toContain('unexpected error');
    },
  );

  test.skipIf(!isPossible)('reading stops when too many finals wait to be recorded', async () => {
    const server = await startScriptedServer({ ...settings(), maxBufferedSeconds: '5' });
    const client = await speaking(server, 'before');
    const end = await begin(server);
    const heard = () => server.recognizer.streams[0]?.pushed.length ?? 0;
    let sent = heard();
    while (!(await server.metrics()).includes('reading_paused_total{reason="backlog"} 1')) {
      client.send(silence(1));
      sent += 1;
      await until(async () => heard() === sent || (await server.metrics()).includes('{reason="backlog"} 1'));
      finalOf(server, `second ${sent}`);
    }
    client.send(silence(1));
    client.send({ type: 'stop' });
    await expectPartialsOnly(server, client);
    expect(heard()).toBeLessThanOrEqual(sent);
    expect(sent).toBeLessThan(10);
    await end();
    await client.next('stopped');
    expect(heard()).toBe(sent + 1);
    const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
    expect(await recordedTexts(server, client)).toEqual(finals.map(({ text }) => text));
  });
});

describe('a database that is damaged while the server runs', () => {
  test.each<[string, (path: string) => void, string]>([
    [
      'is removed',
      (path) => {
        rmSync(path);
      },
      'DATABASE_FILE_REMOVED',
    ],
    [
      'is moved away',
      (path) => {
        renameSync(path, `${path}.old`);
      },
      'DATABASE_FILE_REMOVED',
    ],
    [
      'loses its write-ahead log',
      (path) => {
        rmSync(`${path}-wal`);
      },
      'DATABASE_FILE_REMOVED',
    ],
    [
      'is cut',
      (path) => {
        truncateSync(path, 100);
      },
      'DATABASE_FILE_CUT',
    ],
    ['is overwritten', overwritePages, 'SQLITE_'],
  ])(
    'and %s is reported with a remedy; partials go on, finals stop, and new sessions are refused',
    async (_what, damage, code) => {
      const server = await startScriptedServer();
      const client = await speaking(server, 'before');
      checkpoint(server);
      damage(embeddedPath(server));
      finalOf(server, 'one');
      await until(() => server.log().includes('THE DATABASE IS DAMAGED'));
      expect(server.log()).toMatch(
        new RegExp(`auscult restore.*"code":"${code}|"code":"${code}.*auscult restore`),
      );
      await expectPartialsOnly(server, client);
      await expectRefused(server);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      expect(server.log()).not.toContain('unexpected error');
      expect(server.log().match(/IS DAMAGED/g)).toHaveLength(1);
    },
  );
});

/** A client that was sent the first final of its session. */
async function speaking(server: ScriptedServer, text: string): Promise<Client> {
  const client = await connectOptedIn(server.url);
  client.send(silence(1));
  await until(() => server.recognizer.streams.length > 0);
  finalOf(server, text);
  expect(await nextFinal(client)).toBe(text);
  return client;
}

function finalOf({ recognizer }: ScriptedServer, text: string): void {
  recognizer.streams[0]?.final(text);
}

async function nextFinal(client: Client): Promise<string> {
  for (;;) {
    const { isFinal, text } = await client.next('transcription');
    if (isFinal) return text;
  }
}

let partials = 0;
async function expectPartialsOnly({ recognizer }: ScriptedServer, client: Client): Promise<void> {
  const finals = () => client.all('transcription').filter(({ isFinal }) => isFinal).length;
  const before = finals();
  const text = `partial ${++partials}`;
  recognizer.streams[0]?.partial(text);
  await until(() => client.all('transcription').some((message) => message.text === text));
  expect(finals()).toBe(before);
}

async function expectRefused({ url }: ScriptedServer): Promise<void> {
  const refused = await connect(url);
  expect((await refused.next('error')).code).toBe('records_unavailable');
  expect(await refused.closed).toBe(1013);
}

async function recordedTexts(
  { url }: ScriptedServer,
  client: Client,
): Promise<readonly (string | undefined)[]> {
  const id = client.all('ready')[0]?.sessionId ?? '';
  const response = await fetch(`${url}/api/v1/sessions/${id}`);
  const { segments } = (await response.json()) as { segments: { versions: { text: string }[] }[] };
  return segments.map(({ versions }) => versions[0]?.text);
}

/** Moves everything from the write-ahead log into the database file, as happens by itself after some time. */
function checkpoint(server: ScriptedServer): void {
  const other = new DatabaseSync(embeddedPath(server));
  other.prepare('pragma wal_checkpoint(truncate)').all();
  other.close();
}
