import type { SpeakerCorrections } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { createIdentification, type Identification } from '../../src/speakers/identification.js';

describe('corrections of who speaks', () => {
  test('are sent once on a connection, and again on the next unless the server has what followed', () => {
    const { identification } = identified();
    identification.beginSession('one', [0], false);
    identification.correct(named(0, 'Dr. Moreau'));
    expect(identification.take(100)).toBeUndefined();
    identification.ownOf(0);
    identification.correct(named(0, 'Dr. Moreau'));
    identification.correct(named(0, 'Dr. Okafor'));
    expect([identification.take(100), identification.take(200)]).toEqual([
      { type: 'identify', ...named(0, 'Dr. Moreau') },
      { type: 'identify', ...named(0, 'Dr. Okafor') },
    ]);
    expect(identification.take(300)).toBeUndefined();
    // The server has the audio up to the second, which may be all that it has.
    identification.confirm(200);
    identification.forgetSent();
    expect(identification.take(300)).toEqual({ type: 'identify', ...named(0, 'Dr. Okafor') });
    expect(identification.take(300)).toBeUndefined();
  });

  test('that a session may not have go to its record, in order, and the next session learns names', async () => {
    const { identification, recorded } = identified();
    identification.beginSession('one', [0], false);
    [0, 1].forEach(identification.ownOf);
    const both = { assign: [{ sequence: 3, speaker: 1 }], name: [{ speaker: 1, name: 'Ms. Okafor' }] };
    identification.correct(both);
    identification.correct({ merge: [{ from: 1, into: 0 }] });
    identification.beginSession('two', [7], true);
    expect(taken(identification)).toEqual([{ name: both.name }, { merge: [{ from: 1, into: 0 }] }]);
    await Promise.resolve();
    identification.end();
    await settled();
    expect(recorded.slice(0, 2)).toEqual([
      ['one', both],
      ['one', { merge: [{ from: 1, into: 0 }] }],
    ]);
  });

  test('after the end go to the record of the session that they are about, in its sequences', async () => {
    const { identification, recorded } = identified();
    identification.beginSession('one', [0, 0], false);
    identification.ownOf(0);
    identification.beginSession('two', [5, 2], true);
    identification.end();
    identification.correct({
      assign: [
        { sequence: 4, speaker: 0 },
        { sequence: 5, words: [1, 2], speaker: 0 },
        { sequence: 3, channel: 1, speaker: 0 },
      ],
    });
    await settled();
    expect(recorded).toEqual([
      ['one', { assign: [{ sequence: 4, speaker: 0 }] }],
      [
        'two',
        {
          assign: [
            { sequence: 0, words: [1, 2], speaker: 0 },
            { sequence: 1, channel: 1, speaker: 0 },
          ],
        },
      ],
    ]);
  });

  test('go on for the next although one could not be recorded', async () => {
    const recorded: string[] = [];
    const identification = createIdentification({
      channels: 1,
      firstSpeaker: 0,
      known: () => undefined,
      correctRecord: (_, { name = [] }) => {
        recorded.push(name[0]?.name ?? '');
        return Promise.reject(new Error('the server is gone'));
      },
    });
    identification.beginSession('one', [0], false);
    identification.ownOf(0);
    identification.end();
    identification.correct(named(0, 'A'));
    identification.correct(named(0, 'B'));
    await settled();
    expect(recorded).toEqual(['A', 'B']);
  });
});

describe('speakers of a session that does not know those before', () => {
  test('get numbers of their own', () => {
    const { identification } = identified();
    identification.beginSession('one', [0], false);
    expect([0, 1, 0].map(identification.ownOf)).toEqual([0, 1, 0]);
    identification.beginSession('two', [1], false);
    expect([1, 0].map(identification.ownOf)).toEqual([3, 2]);
    identification.beginSession('three', [2], true);
    expect([1, 0].map(identification.ownOf)).toEqual([3, 2]);
  });

  test.each([true, false])('which the warning may tell after it was ready: %s', (isAfter) => {
    const { identification } = identified();
    identification.beginSession('one', [0], false);
    [0, 1].forEach(identification.ownOf);
    if (!isAfter) identification.countAnew(false);
    identification.beginSession('two', [1], true);
    if (isAfter) identification.countAnew(true);
    expect(identification.ownOf(0)).toBe(2);
  });

  test('are the same as before once a person says so, and are called the same on the server', () => {
    const { identification } = identified({ 0: 'Dr. Moreau' });
    identification.beginSession('one', [0], false);
    [0, 1].forEach(identification.ownOf);
    identification.beginSession('two', [1], false);
    [0, 1].forEach(identification.ownOf);
    identification.correct({ merge: [{ from: 3, into: 0 }] });
    expect(taken(identification)).toEqual([{ name: [{ speaker: 1, name: 'Dr. Moreau' }] }]);
    expect([0, 1].map(identification.ownOf)).toEqual([2, 0]);
    identification.correct({ assign: [{ sequence: 1, speaker: 0 }] });
    expect(taken(identification)).toEqual([{ assign: [{ sequence: 0, speaker: 1 }] }]);
  });

  test('include those of before to whom words are given, as new ones', () => {
    const { identification } = identified({ 1: 'Ms. Okafor' });
    identification.beginSession('one', [0], false);
    [0, 1].forEach(identification.ownOf);
    identification.beginSession('two', [1], false);
    identification.ownOf(0);
    identification.correct({ assign: [{ sequence: 1, speaker: 1 }] });
    expect(taken(identification)).toEqual([
      { assign: [{ sequence: 0, speaker: 1 }], name: [{ speaker: 1, name: 'Ms. Okafor' }] },
    ]);
    expect(identification.ownOf(1)).toBe(1);
  });

  test('are the channels where there are two', () => {
    const { identification } = identified({}, 2);
    identification.beginSession('one', [0, 0], false);
    [0, 1].forEach(identification.ownOf);
    identification.beginSession('two', [1, 1], false);
    expect([0, 1].map(identification.ownOf)).toEqual([0, 1]);
  });
});

function identified(
  names: Readonly<Record<number, string>> = {},
  channels = 1,
): { readonly identification: Identification; readonly recorded: [string, SpeakerCorrections][] } {
  const recorded: [string, SpeakerCorrections][] = [];
  const identification = createIdentification({
    channels,
    firstSpeaker: 0,
    known: (speaker) => {
      const name = names[speaker];
      return name === undefined ? { speaker } : { speaker, name };
    },
    correctRecord: (id, corrections) => {
      recorded.push([id, corrections]);
      return Promise.resolve();
    },
  });
  return { identification, recorded };
}

function named(speaker: number, name: string): SpeakerCorrections {
  return { name: [{ speaker, name }] };
}

/** What is sent next. */
function taken(identification: Identification): readonly object[] {
  const messages: object[] = [];
  for (let next = identification.take(0); next; next = identification.take(0)) {
    messages.push(Object.fromEntries(Object.entries(next).filter(([name]) => name !== 'type')));
  }
  return messages;
}

/** Resolves after all promises that are settled by now have been followed. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
