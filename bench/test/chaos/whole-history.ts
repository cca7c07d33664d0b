import type { Final, Seen } from '../../src/chaos/history.js';

/** Ten seconds of speech without a pause, of which there are two finals. */
const VOICE = [[0.5, 9.5]] as const;
export const FINALS: readonly Final[] = [
  { start: 0.5, end: 5, text: 'No chest pain.' },
  { start: 5.1, end: 9.5, text: 'Aspirin twice a day.' },
];

/** What is seen of a recording, a call and an upload where nothing goes wrong. */
export function wholeHistory(): readonly Seen[] {
  return [
    { saw: 'run', seed: 1, minutes: 1, at: '2026-01-31T09:30:00.000Z' },
    { saw: 'speech', who: 'recording', seconds: 10, voice: VOICE },
    { saw: 'session', client: 'recording', session: 'one' },
    told(0),
    shown(0),
    { saw: 'acknowledged', client: 'recording', samples: 112_000, settled: 5 },
    { saw: 'session', client: 'recording', session: 'one' },
    { saw: 'resumed', client: 'recording', session: 'one', samples: 112_000 },
    told(1),
    shown(1),
    { saw: 'stopped', client: 'recording', lostSeconds: 0 },
    { saw: 'speech', who: 'call', seconds: 10, voice: VOICE },
    { saw: 'connected', caller: 'call' },
    heard(0),
    heard(1),
    { saw: 'speech', who: 'upload', seconds: 10, voice: VOICE },
    { saw: 'accepted', upload: 'upload' },
    { saw: 'transcribed', upload: 'upload', status: 'done', session: 'three' },
    record('one'),
    record('two'),
    record('three'),
    { saw: 'audit', server: 'server-a', entries: 12, problems: 0 },
  ];
}

export function told(sequence: number): Seen {
  return { saw: 'told', client: 'recording', sequence, ...final(sequence) };
}

export function shown(sequence: number): Seen {
  return { saw: 'shown', client: 'recording', sequence, ...final(sequence) };
}

export function heard(place: number): Seen {
  return { saw: 'heard', caller: 'call', ...final(place) };
}

export function record(session: string, finals: readonly Final[] = FINALS, hasEnded = true): Seen {
  return { saw: 'record', session, hasEnded, missingSeconds: 0, isWhole: true, finals };
}

export function final(place: number): Final {
  const found = FINALS[place];
  if (found === undefined) throw new RangeError('there are only two finals');
  return found;
}
