import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { closeTable, errorTable, type AfterClose, type CloseName } from '@auscult/protocol/codes';
import { until } from '../../server/test/support/until.js';
import { createTranscriber, type Problem, type Transcriber, type TranscriberOptions } from '../src/node.js';
import { startFakeServer, type FakeServer } from './support/fake-server.js';
import { spell, textOfWord } from './support/spelled-audio.js';
import { inChunks } from './support/spoken.js';

const { samples, words } = spell(Array.from({ length: 6 }, () => ({ length: 500, pause: 300 })));
const texts = words.map(textOfWord);

/** A way in which a connection ends: every close code alone, and every error that closes with its close code. */
interface Row {
  readonly title: string;
  readonly closeCode: number;
  readonly then: AfterClose;
  readonly code?: string;
  readonly retryable?: boolean;
  /** The error may be the answer to a message, so it is told before it turns out to be the end. */
  readonly isToldBefore?: boolean;
}

const closeRows: readonly Row[] = Object.entries(closeTable).map(([name, { code: closeCode, then }]) => ({
  title: `${String(closeCode)} (${name})`,
  closeCode,
  then,
}));
const errorRows: readonly Row[] = Object.entries(errorTable).flatMap(([code, { closeCode, retryable }]) => {
  const end = Object.values(closeTable).find((each) => each.code === closeCode);
  if (end === undefined) return [];
  const { code: closedWith, then, refusesMessages: isToldBefore = false } = end;
  return [
    { title: `${code} (${String(closedWith)})`, closeCode: closedWith, then, code, retryable, isToldBefore },
  ];
});
const rows = [...closeRows, ...errorRows];
const openErrors = Object.entries(errorTable).filter(([, { closeCode }]) => closeCode === undefined);

/** What the SDK calls a refusal by another name than the server does. */
const ownNames: Readonly<Record<number, string>> = {
  [closeTable.unauthenticated.code]: 'unauthorized',
  [closeTable.session_taken_over.code]: 'taken_over',
};

test('the table has the right reaction to each close code for somebody who is speaking', () => {
  const named = (wanted: AfterClose): readonly string[] =>
    (Object.keys(closeTable) as CloseName[]).filter((name) => closeTable[name].then === wanted);
  expect(named('done')).toEqual(['normal']);
  // Nothing is wrong with what the client does: words must not be lost for what passes by itself.
  expect(named('reconnect')).toEqual([
    'going_away',
    'internal_error',
    'try_again_later',
    'idle_timeout',
    'slow_reader',
  ]);
  expect(named('begin-anew')).toEqual(['resume_refused']);
  // A wrong key must not be shown again and again; a login that has ended must not end a recording.
  expect(named('authenticate')).toEqual(['unauthenticated', 'locked_out']);
  // The next connection would end in the same way.
  expect(named('give-up')).toEqual([
    'protocol_error',
    'invalid_text',
    'too_many_fragments',
    'frame_too_large',
    'too_many_bad_messages',
    'origin_not_allowed',
    'forbidden',
    'undecodable_audio',
    'session_taken_over',
    'ended_by_administrator',
  ]);
});

describe('the SDK does what the table says', () => {
  // Without the pauses between two tries, which other tests hold to their bounds.
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each(rows)('after $title in the middle of a recording', async (row) => {
    const server = await startFakeServer();
    closeOnce(server, row);
    const { transcriber, problems } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    if (row.then === 'give-up' || row.then === 'authenticate') {
      const problem = problemOf(row);
      await expect(transcriber.stop()).rejects.toMatchObject({ code: problem });
      expect(transcriber.state).toMatchObject({ kind: 'failed', problem: { code: problem } });
      expect(problems.map(({ code }) => code)).toEqual(row.isToldBefore ? [problem, problem] : [problem]);
      expect(server.connections).toHaveLength(1);
    } else {
      await expectWhole(transcriber);
      expect(server.connections.map(({ isResume }) => isResume)).toContain(row.then === 'reconnect');
      expect(server.connections.length).toBeGreaterThan(1);
    }
  });

  test.each(rows)('after $title at the start', async (row) => {
    const server = await startFakeServer();
    server.refusal = row;
    const { transcriber, problems } = watched({ url: server.url });
    const started = transcriber.start(inChunks(samples, 1600));
    if (row.then === 'give-up' || row.then === 'authenticate') {
      await expect(started).rejects.toMatchObject({ code: problemOf(row) });
      server.refusal = undefined;
      expect(problems.map(({ code }) => code)).toEqual([problemOf(row)]);
      expect(server.connections).toHaveLength(0);
    } else {
      await started;
      await until(() => transcriber.state.kind === 'reconnecting' && transcriber.state.attempt > 2);
      expect(problems).toHaveLength(1);
      server.refusal = undefined;
      await expectWhole(transcriber);
    }
  });

  test.each(rows.filter(({ then }) => then === 'authenticate'))(
    'after $title with tickets, using each only once',
    async (row) => {
      const server = await startFakeServer();
      closeOnce(server, row);
      let issued = 0;
      const ticket = (): Promise<string> => Promise.resolve(`t${issued++}`);
      const { transcriber } = watched({ url: server.url, ticket });
      await transcriber.start(inChunks(samples, 1600));
      await expectWhole(transcriber);
      expect(server.connections.map(({ ticket: shown, isResume }) => [shown, isResume])).toEqual([
        ['auscult.ticket.t0', false],
        ['auscult.ticket.t1', true],
      ]);
    },
  );

  test.each([
    { code: 'busy', reason: 'busy', told: 'busy' },
    { code: 'too_many_sessions', reason: 'busy', told: 'too_many_sessions' },
    { code: 'records_unavailable', reason: 'busy', told: 'records_unavailable' },
    { code: 'not_ready', reason: 'server-restarting', told: 'not_ready' },
    { code: 'draining', reason: 'server-restarting', told: 'draining' },
    { code: 'internal_error', reason: 'connection-lost', told: 'internal_error' },
    { code: 'record_failed', reason: 'connection-lost', told: 'record_failed' },
    { code: 'idle_timeout', reason: 'connection-lost', told: 'connection_lost' },
    { code: 'slow_reader', reason: 'connection-lost', told: 'connection_lost' },
  ])('with $code, giving the state $reason and the problem $told', async ({ code, reason, told }) => {
    const server = await startFakeServer();
    server.refusal = errorRows.find((row) => row.code === code);
    const { transcriber, problems } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    expect(transcriber.state).toMatchObject({ kind: 'reconnecting', reason });
    expect(problems.map((problem) => problem.code)).toEqual([told]);
  });

  test('after an error that closes nothing, reporting it and going on', async () => {
    const server = await startFakeServer();
    let isSaid = false;
    server.onFrame = (taken) => {
      if (taken < 20_000 || isSaid) return;
      isSaid = true;
      for (const [code, { retryable }] of openErrors) server.say(errorFrame(code, retryable));
    };
    const { transcriber, problems } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    await expectWhole(transcriber);
    expect(problems.map(({ code }) => code)).toEqual(openErrors.map(([code]) => code));
    expect(server.connections).toHaveLength(1);
  });

  test('when settings are refused for good, failing the start', async () => {
    const server = await startFakeServer();
    for (const [code] of openErrors.filter(([, { retryable }]) => !retryable)) {
      server.refusal = { code, retryable: false };
      const { transcriber } = watched({ url: server.url });
      await expect(transcriber.start(inChunks(samples, 1600))).rejects.toMatchObject({ code });
    }
  });

  test('after an error whose close frame is lost', async () => {
    const server = await startFakeServer();
    let isCut = false;
    server.onFrame = (taken) => {
      if (taken < 20_000 || isCut) return;
      isCut = true;
      server.sayAndCut(errorFrame('session_taken_over', false));
    };
    const { transcriber } = watched({ url: server.url });
    await transcriber.start(inChunks(samples, 1600));
    await expect(transcriber.stop()).rejects.toMatchObject({ code: 'taken_over' });
    expect(server.connections).toHaveLength(1);
  });
});

/** Ends the first connection so, once it has brought some audio. */
function closeOnce(server: FakeServer, { closeCode, code, retryable }: Row): void {
  let isClosed = false;
  server.onFrame = (taken) => {
    if (taken < 20_000 || isClosed) return;
    isClosed = true;
    server.closeAll(closeCode, code, retryable);
  };
}

async function expectWhole(transcriber: Transcriber): Promise<void> {
  const { segments, complete } = await transcriber.stop();
  expect({ texts: segments.map(({ text }) => text), complete }).toEqual({ texts, complete: true });
}

function problemOf({ closeCode, code }: Row): string {
  return ownNames[closeCode] ?? code ?? 'internal_error';
}

function errorFrame(code: string, retryable: boolean): string {
  return JSON.stringify({ type: 'error', code, message: `${code}: do this.`, retryable });
}

function watched(options: TranscriberOptions): {
  readonly transcriber: Transcriber;
  readonly problems: readonly Problem[];
} {
  const transcriber = createTranscriber(options);
  onTestFinished(() => {
    transcriber.close();
  });
  const problems: Problem[] = [];
  transcriber.on('problem', (problem) => problems.push(problem));
  return { transcriber, problems };
}
