import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/chaos/check-history.js';
import type { Seen } from '../../src/chaos/history.js';
import type { Promised } from '../../src/chaos/promises.js';
import { final, FINALS, heard, record, shown, told, wholeHistory } from './whole-history.js';

describe('checkHistory', () => {
  it('finds nothing where every promise was kept', () => {
    expect(checkHistory(wholeHistory())).toEqual([]);
  });

  it('lets what the server says that it dropped be in no final', () => {
    const dropped: Seen = { saw: 'dropped', client: 'recording', stretch: [5.1, 9.5] };
    const history = without(replaced(record('one'), record('one', [final(0)])), told(1), shown(1));
    expect(checkHistory([...history, dropped])).toEqual([]);
  });

  it('asks only for acknowledged audio of a recording that did not come to its end', () => {
    const history = without(
      replaced(record('one'), record('one', [final(0)])),
      ...[told(1), shown(1), { saw: 'stopped', client: 'recording', lostSeconds: 0 } as const],
    );
    expect(promisesOf(history)).toEqual(['no session is lost', 'acknowledged audio is in a final']);
    const acknowledged = (samples: number): Seen => ({
      saw: 'acknowledged',
      client: 'recording',
      samples,
      settled: 5,
    });
    const less = history.map((one) => (one.saw === 'acknowledged' ? acknowledged(80_000) : one));
    expect(promisesOf(less)).toEqual(['no session is lost']);
  });

  it.each<[what: string, promise: Promised, history: readonly Seen[]]>([
    [
      'voice in the middle that is in no final',
      'acknowledged audio is in a final',
      allReplaced([{ ...final(0), end: 3 }, final(1)]),
    ],
    [
      'voice at the end that is in no final',
      'acknowledged audio is in a final',
      without(allReplaced([final(0)]), told(1), shown(1), heard(1)),
    ],
    [
      'acknowledged samples that are gone after a session was resumed',
      'acknowledged audio is in a final',
      wholeHistory().map((one) => (one.saw === 'resumed' ? { ...one, samples: 111_999 } : one)),
    ],
    [
      'audio that the server says it has lost',
      'acknowledged audio is in a final',
      [...wholeHistory(), { saw: 'lost', client: 'recording', stretch: [1, 2] }],
    ],
    [
      'a record that says that audio has no text',
      'acknowledged audio is in a final',
      wholeHistory().map((one) =>
        one.saw === 'record' && one.session === 'one' ? { ...one, missingSeconds: 2 } : one,
      ),
    ],
    [
      'the same audio in two finals',
      'no audio is in two finals',
      allReplaced([final(0), { ...final(1), start: 4.5 }]),
    ],
    [
      'a final that comes again with another text',
      'finals come in order, once',
      [...wholeHistory(), changed(told(1))],
    ],
    ['a final that is shown twice', 'finals come in order, once', after(shown(1), shown(1))],
    [
      'finals in another order',
      'finals come in order, once',
      without(wholeHistory(), told(0), shown(0)).flatMap((one) =>
        one.saw === 'shown' ? [one, told(0), shown(0)] : [one],
      ),
    ],
    [
      'a final that is not in the record',
      'the record is what clients were told',
      replaced(record('one'), record('one', [final(0)])),
    ],
    [
      'a final with another text in the record',
      'the record is what clients were told',
      replaced(record('one'), record('one', [final(0), { ...final(1), text: 'Aspirin once a day.' }])),
    ],
    [
      'a final that is only in the record',
      'the record is what clients were told',
      without(wholeHistory(), told(1), shown(1)),
    ],
    [
      'a final of a call with another text in the record',
      'the record is what clients were told',
      replaced(record('two'), record('two', [final(0), { ...final(1), text: 'Aspirin once a day.' }])),
    ],
    [
      'a record that is not whole',
      'the record is what clients were told',
      wholeHistory().map((one) => (one.saw === 'record' ? { ...one, isWhole: false } : one)),
    ],
    ['a session without a record', 'no session is lost', without(wholeHistory(), record('one'))],
    ['a call without a record', 'no session is lost', without(wholeHistory(), record('two'))],
    [
      'a record that has not ended',
      'no session is lost',
      replaced(record('one'), record('one', FINALS, false)),
    ],
    [
      'a record of a call that has not ended',
      'no session is lost',
      replaced(record('two'), record('two', FINALS, false)),
    ],
    [
      'a recording that goes on in another session',
      'no session is lost',
      [...wholeHistory(), { saw: 'session', client: 'recording', session: 'four' }, record('four')],
    ],
    [
      'audio that the SDK could not keep',
      'no session is lost',
      wholeHistory().map((one) => (one.saw === 'stopped' ? { ...one, lostSeconds: 1 } : one)),
    ],
    [
      'a recording that fails',
      'no session is lost',
      wholeHistory().map((one) =>
        one.saw === 'stopped' ? { saw: 'failed', client: one.client, why: 'resume_refused' } : one,
      ),
    ],
    [
      'an upload that failed',
      'no recording is lost',
      wholeHistory().map((one) => (one.saw === 'transcribed' ? { ...one, status: 'failed' } : one)),
    ],
    [
      'an upload that nobody knows',
      'no recording is lost',
      wholeHistory().filter(({ saw }) => saw !== 'transcribed'),
    ],
    ['an upload without a record', 'no recording is lost', without(wholeHistory(), record('three'))],
    [
      'an upload that was transcribed twice',
      'no audio is in two finals',
      replaced(record('three'), record('three', [...FINALS, ...FINALS])),
    ],
    [
      'half an upload',
      'acknowledged audio is in a final',
      replaced(record('three'), record('three', [final(0)])),
    ],
    [
      'problems of the audit log',
      'the audit log is whole',
      [...wholeHistory(), { saw: 'audit', server: 'server-b', entries: 12, problems: 1 }],
    ],
    [
      'speech on a disk',
      'no speech in the clear',
      [...wholeHistory(), { saw: 'trace', what: 'text', file: 'spool/1' }],
    ],
    ['a file that is left', 'nothing is left over', [...wholeHistory(), { saw: 'left', file: 'spool/1' }]],
    [
      'something that never came',
      'everything is answered in the end',
      [...wholeHistory(), { saw: 'unanswered', what: 'x' }],
    ],
  ])('finds %s', (_, promise, history) => {
    expect(promisesOf(history)).toContain(promise);
  });
});

function promisesOf(history: readonly Seen[]): readonly Promised[] {
  return [...new Set(checkHistory(history).map(({ promise }) => promise))];
}

function without(history: readonly Seen[], ...removed: readonly Seen[]): readonly Seen[] {
  return history.filter((one) => !removed.some((other) => isSame(one, other)));
}

function replaced(old: Seen, by: Seen): readonly Seen[] {
  return wholeHistory().map((one) => (isSame(one, old) ? by : one));
}

/** All that clients were told, and the records, with other finals. */
function allReplaced(finals: readonly (typeof FINALS)[number][]): readonly Seen[] {
  return wholeHistory().map((one) => (one.saw === 'record' ? { ...one, finals } : one));
}

function after(place: Seen, added: Seen): readonly Seen[] {
  return wholeHistory().flatMap((one) => (isSame(one, place) ? [one, added] : [one]));
}

function changed(one: Seen): Seen {
  return one.saw === 'told' ? { ...one, text: 'Aspirin once a day.' } : one;
}

function isSame(one: Seen, other: Seen): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
