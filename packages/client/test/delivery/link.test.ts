import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ErrorMessage, ReadyMessage } from '@auscult/protocol';
import { errorCodes, errorTable, closeTable } from '@auscult/protocol/codes';
import { createLink, step, type Link, type LinkAction, type LinkEvent } from '../../src/delivery/link.js';

const ready: LinkEvent = { kind: 'ready', message: readyMessage('s1', 'token') };
const readyWithoutToken: LinkEvent = { kind: 'ready', message: readyMessage('s1', undefined) };
const cut: LinkEvent = { kind: 'ended', closeCode: 1006, attempt: 0 };
const opened = [{ kind: 'open' }, { kind: 'opened' }, ready] as const satisfies readonly LinkEvent[];

describe('each event in its phase', () => {
  test('a new session is opened, and audio is delivered once its settings are in force', () => {
    expect(run([{ kind: 'open' }])).toMatchObject({
      phase: { kind: 'opening', asksFor: 'new-session', readiesToCome: 1 },
      last: [{ kind: 'connect', asksFor: 'new-session', wasThere: false }],
    });
    expect(run([{ kind: 'open' }, { kind: 'opened' }]).last).toEqual([{ kind: 'send-configure' }]);
    expect(run(opened)).toMatchObject({
      phase: { kind: 'ready' },
      last: [{ kind: 'deliver', session: { id: 's1', token: 'token' }, receivedSamples: undefined }],
    });
  });

  test('with tickets the first ready answers the subprotocol, and the second the settings', () => {
    expect(run(opened, true)).toMatchObject({ phase: { kind: 'opening', readiesToCome: 1 }, last: [] });
    expect(run([...opened, ready], true).phase.kind).toBe('ready');
  });

  test('a lost connection is reported once and resumed after a wait', () => {
    const lost = run([...opened, cut]);
    expect(lost).toMatchObject({
      phase: { kind: 'waiting' },
      last: [
        { kind: 'tell', problem: { code: 'connection_lost' } },
        { kind: 'wait', reason: 'connection-lost' },
      ],
    });
    const again = run([...opened, cut, { kind: 'retry' }]);
    expect(again.last).toEqual([{ kind: 'connect', asksFor: 'old-session', wasThere: true }]);
    expect(run([...opened, cut, { kind: 'retry' }, { kind: 'opened' }]).last).toEqual([
      { kind: 'send-resume', sessionId: 's1', token: 'token' },
    ]);
    expect(run([...opened, cut, { kind: 'retry' }, { ...cut, attempt: 1 }]).last).toEqual([
      { kind: 'wait', reason: 'connection-lost' },
    ]);
    const resumed: LinkEvent = { kind: 'resumed', receivedSamples: 7 };
    expect(run([...opened, cut, { kind: 'retry' }, { kind: 'opened' }, resumed])).toMatchObject({
      phase: { kind: 'ready' },
      last: [{ kind: 'deliver', session: { id: 's1' }, receivedSamples: 7 }],
    });
  });

  test('a better known cause of the loss is reported once more', () => {
    const unopened: LinkEvent = { kind: 'unopened', answer: 404, attempt: 3 };
    const events = [...opened, cut, { kind: 'retry' }, unopened] as const;
    expect(run(events).last).toMatchObject([
      { kind: 'tell', problem: { code: 'wrong_address' } },
      { kind: 'wait' },
    ]);
    expect(run([...events, { kind: 'retry' }, unopened]).last).toMatchObject([{ kind: 'wait' }]);
  });

  test('an upgrade that fails while a server starts is reported only if others fail after it', () => {
    const away: LinkEvent = { kind: 'unopened', answer: 'none', attempt: 3 };
    const starting: LinkEvent = { kind: 'unopened', answer: 426, attempt: 4 };
    const tries = (...answers: readonly LinkEvent[]) =>
      answers.flatMap((answer): readonly LinkEvent[] => [{ kind: 'retry' }, answer]);
    const once = [...opened, cut, ...tries(away, away, away, starting)];
    expect(run(once).last).toMatchObject([{ kind: 'wait' }]);
    expect(run([...once, ...tries(starting, away, starting, starting)]).last).toMatchObject([
      { kind: 'wait' },
    ]);
    expect(run([...once, ...tries(starting, starting)]).last).toMatchObject([
      { kind: 'tell', problem: { code: 'upgrade_blocked' } },
      { kind: 'wait' },
    ]);
  });

  test('a session without a token or that is gone is followed by a new one', () => {
    const events = [{ kind: 'open' }, { kind: 'opened' }, readyWithoutToken, cut, { kind: 'retry' }] as const;
    expect(run(events).last).toMatchObject([{ kind: 'connect', asksFor: 'new-session' }]);
    const refused: LinkEvent = { kind: 'ended', closeCode: closeTable.resume_refused.code, attempt: 1 };
    expect(run([...opened, cut, { kind: 'retry' }, refused]).last).toMatchObject([
      { kind: 'abandon' },
      { kind: 'connect', asksFor: 'new-session' },
    ]);
    // Without a session there is nothing to begin anew.
    expect(run([{ kind: 'open' }, refused]).phase.kind).toBe('waiting');
  });

  test('an error that closes nothing is reported, fails a start, or ends the old session', () => {
    const refused = errorEvent('unsupported_language');
    expect(run([...opened, refused])).toMatchObject({ phase: { kind: 'ready' }, last: [{ kind: 'tell' }] });
    expect(run([{ kind: 'open' }, refused])).toMatchObject({
      phase: { kind: 'over' },
      last: [{ kind: 'abandon' }, { kind: 'fail', problem: { code: 'unsupported_language' } }],
    });
    expect(run([...opened, cut, { kind: 'retry' }, refused]).last).toMatchObject([
      { kind: 'abandon' },
      { kind: 'connect', asksFor: 'new-session' },
    ]);
    expect(run([{ kind: 'open' }, errorEvent('audio_lost')])).toMatchObject({
      phase: { kind: 'opening' },
      last: [],
    });
  });

  test('without a login, only a retry by the user opens a connection', () => {
    const nobody = run([{ kind: 'open' }, { kind: 'unauthorized', attempt: 0 }], true);
    expect(nobody).toMatchObject({
      phase: { kind: 'held' },
      last: [{ kind: 'tell', problem: { code: 'unauthorized' } }, { kind: 'hold' }],
    });
    expect(
      run([{ kind: 'open' }, { kind: 'unauthorized', attempt: 0 }, { kind: 'retry' }], true).phase.kind,
    ).toBe('held');
    expect(
      run([{ kind: 'open' }, { kind: 'unauthorized', attempt: 0 }, { kind: 'retry-now' }], true).phase.kind,
    ).toBe('opening');
  });

  test('a barred connection and a close code that the table gives up fail', () => {
    expect(run([{ kind: 'open' }, { kind: 'barred', attempt: 0 }]).last).toMatchObject([
      { kind: 'abandon' },
      { kind: 'fail', problem: { code: 'invalid_options' } },
    ]);
    const takenOver: LinkEvent = { kind: 'ended', closeCode: closeTable.session_taken_over.code, attempt: 0 };
    expect(run([...opened, takenOver]).last).toMatchObject([
      { kind: 'abandon' },
      { kind: 'fail', problem: { code: 'taken_over' } },
    ]);
  });

  test('with all text received, only a session that can be resumed is reconnected', () => {
    const done = [...opened, { kind: 'all-text' }] as const satisfies readonly LinkEvent[];
    expect(run([...done, cut]).phase.kind).toBe('waiting');
    const gone: LinkEvent = { kind: 'ended', closeCode: closeTable.resume_refused.code, attempt: 1 };
    expect(run([...done, cut, { kind: 'retry' }, gone])).toMatchObject({
      phase: { kind: 'over' },
      last: [{ kind: 'lose-refinement' }],
    });
    expect(
      run([...done, cut, { kind: 'retry' }, { kind: 'unauthorized', attempt: 0 }], true).phase.kind,
    ).toBe('over');
    const withoutToken = [{ kind: 'open' }, readyWithoutToken, { kind: 'all-text' }, cut] as const;
    expect(run(withoutToken).last).toEqual([{ kind: 'lose-refinement' }]);
  });
});

const closeCode = fc.constantFrom(1005, 1006, 4499, ...Object.values(closeTable).map(({ code }) => code));
const attempt = fc.integer({ min: 0, max: 5 });
const anyEvent: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.constantFrom<LinkEvent>(
    { kind: 'open' },
    { kind: 'opened' },
    ready,
    readyWithoutToken,
    { kind: 'unauthorized', attempt: 0 },
    { kind: 'retry' },
    { kind: 'retry-now' },
    { kind: 'all-text' },
  ),
  fc.record({ kind: fc.constant('resumed' as const), receivedSamples: fc.nat() }),
  fc.constantFrom(...errorCodes).map(errorEvent),
  fc.record({ kind: fc.constant('ended' as const), closeCode, attempt }),
  fc.record({
    kind: fc.constant('unopened' as const),
    answer: fc.constantFrom(401, 403, 404, 426, 429, 503, 'hidden' as const, 'none' as const),
    attempt,
  }),
);
/** Rare, so that runs are long. */
const endings = fc.constantFrom<LinkEvent>({ kind: 'barred', attempt: 0 }, { kind: 'close' });
const events = fc.array(fc.oneof({ weight: 30, arbitrary: anyEvent }, { weight: 1, arbitrary: endings }), {
  maxLength: 60,
});

/** Events that tell of the end of a connection. */
const ends: ReadonlySet<LinkEvent['kind']> = new Set(['ended', 'unopened', 'unauthorized', 'barred']);

test('in any order of events, there is at most one connection or pause, and the end is final', () => {
  fc.assert(
    fc.property(events, fc.boolean(), (given, hasTickets) => {
      const world = createWorld(hasTickets);
      // Nothing that comes after the end changes anything.
      for (const event of [...given, { kind: 'close' } as const, ...given]) world.happen(event);
      expect(world.wrong).toEqual([]);
      expect(world.link().phase.kind).toBe('over');
    }),
    { numRuns: 1000 },
  );
});

/** Does what a link asks for, as far as that is connections, pauses and endings, and notes what must never be. */
function createWorld(hasTickets: boolean): {
  readonly happen: (event: LinkEvent) => void;
  readonly link: () => Link;
  readonly wrong: readonly string[];
} {
  let link = createLink(hasTickets);
  let connection: 'none' | 'asks-for-old' | 'asks-for-new' | 'delivers' = 'none';
  let isPausing = false;
  let hasToldOfEnd = false;
  const wrong: string[] = [];
  const mustBe = (isTrue: boolean, what: string): void => {
    if (!isTrue) wrong.push(what);
  };

  function act(action: LinkAction): void {
    switch (action.kind) {
      case 'connect':
        mustBe(connection === 'none' && !isPausing, 'a second connection');
        connection = action.asksFor === 'old-session' ? 'asks-for-old' : 'asks-for-new';
        break;
      case 'wait':
        mustBe(connection === 'none' && !isPausing, 'a second timer');
        isPausing = true;
        break;
      case 'deliver':
        // Audio goes on where it was for the old session, and begins at what is settled for a new one, once each.
        mustBe(
          connection === (action.receivedSamples === undefined ? 'asks-for-new' : 'asks-for-old'),
          'audio sent twice',
        );
        connection = 'delivers';
        break;
      case 'abandon':
      case 'close':
        connection = 'none';
        isPausing = false;
        break;
      case 'send-configure':
      case 'send-resume':
        mustBe(connection.startsWith('asks'), 'a greeting nobody waits for');
        break;
      case 'fail':
      case 'lose-refinement':
        mustBe(!hasToldOfEnd, 'two endings');
        hasToldOfEnd = true;
        break;
      case 'tell':
      case 'hold':
    }
  }

  function happen(event: LinkEvent): void {
    // A connection tells of itself only while there is one.
    if (isAboutConnection(event) && connection === 'none') return;
    if (ends.has(event.kind)) connection = 'none';
    const before = link;
    const { link: next, actions } = step(link, event);
    link = next;
    if (before.phase.kind === 'over')
      mustBe(next === before && actions.length === 0, 'something after the end');
    if (before.phase.kind === 'waiting') isPausing = next.phase.kind === 'waiting';
    actions.forEach(act);
    const isConnected = next.phase.kind === 'opening' || next.phase.kind === 'ready';
    mustBe((connection !== 'none') === isConnected, `${connection} in ${next.phase.kind}`);
    mustBe(isPausing === (next.phase.kind === 'waiting'), `a pause in ${next.phase.kind}`);
  }

  return { happen, link: () => link, wrong };
}

function isAboutConnection({ kind }: LinkEvent): boolean {
  return ends.has(kind) || ['opened', 'ready', 'resumed', 'error'].includes(kind);
}

function run(
  given: readonly LinkEvent[],
  hasTickets = false,
): { readonly phase: Link['phase']; readonly last: readonly LinkAction[] } {
  let link = createLink(hasTickets);
  let last: readonly LinkAction[] = [];
  for (const event of given) ({ link, actions: last } = step(link, event));
  return { phase: link.phase, last };
}

function errorEvent(code: ErrorMessage['code']): LinkEvent {
  const { retryable } = errorTable[code];
  return { kind: 'error', error: { type: 'error', code, message: `${code}.`, retryable } };
}

function readyMessage(sessionId: string, token: string | undefined): ReadyMessage {
  const limits = { maxFrameBytes: 1000, maxBufferedSeconds: 30 };
  const message = {
    type: 'ready',
    sessionId,
    limits,
    ...(token !== undefined && { resume: { token, seconds: 300 } }),
  };
  return message as ReadyMessage;
}
