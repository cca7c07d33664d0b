import type { TranscriberState } from '@auscult/client';
import { dropReasons } from '../../../protocol/src/drop-reasons.js';
import { describe, expect, test } from 'vitest';
import { describeProblem } from '../../src/page/recording/describe-problem.js';
import { describeDropped } from '../../src/page/recording/describe-dropped.js';
import { describeState } from '../../src/page/recording/describe-state.js';

describe('a state', () => {
  const lost: TranscriberState = {
    kind: 'reconnecting',
    attempt: 3,
    retryAt: 4000,
    bufferedSeconds: 12.3,
    reason: 'connection-lost',
  };
  const states: readonly TranscriberState[] = [
    { kind: 'idle' },
    { kind: 'starting' },
    { kind: 'listening' },
    { kind: 'paused' },
    lost,
    { ...lost, reason: 'busy' },
    { ...lost, reason: 'server-restarting' },
    { ...lost, reason: 'unauthorized', retryAt: Infinity },
    { kind: 'microphone-lost' },
    { kind: 'stopping' },
    { kind: 'stopped' },
    { kind: 'failed', problem: { code: 'busy', message: 'The server is full.' } },
  ];

  test.each(states)('has a label and a sentence of its own: $kind $reason', (transcriber) => {
    const { label, sentence } = describeState({ transcriber, muted: false, silent: false }, 0);
    expect(label).toMatch(/^[A-Z][a-z ]+$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    const others = states.filter((other) => other !== transcriber);
    const sentences = others.map(
      (other) => describeState({ transcriber: other, muted: false, silent: false }, 0).sentence,
    );
    expect(sentences).not.toContain(sentence);
  });

  test('without a connection tells that the recording goes on, how much waits, and when the next try is', () => {
    const { sentence } = describeState({ transcriber: lost, muted: false, silent: false }, 1200);
    expect(sentence).toContain('Recording goes on: 12 s wait to be sent.');
    expect(sentence).toContain('Trying again in 3 s.');
  });

  test('tells that it is muted, or that no sound comes', () => {
    const listening = { kind: 'listening' } as const;
    expect(describeState({ transcriber: listening, muted: true, silent: false }, 0).label).toBe('Muted');
    expect(describeState({ transcriber: listening, muted: false, silent: true }, 0).sentence).toContain(
      'No sound',
    );
  });
});

describe('a problem', () => {
  test('that the page does not know is described in the words of the SDK', () => {
    expect(
      describeProblem({ code: 'new' as 'draining', message: 'The server is shutting down.' }),
    ).toMatchObject({
      sentence: 'The server is shutting down.',
    });
  });

  test('with the microphone tells where to allow it', () => {
    expect(describeProblem({ code: 'microphone_denied', message: '' })).toMatchObject({
      title: 'The microphone is not allowed',
      sentence: expect.stringContaining('beside the address') as string,
      remedy: 'check-microphone',
    });
  });
});

test("dropped words have a reason in plain words, not the server's message", () => {
  for (const reason of dropReasons.filter((one) => one !== 'reheard'))
    expect(describeDropped({ reason, message: 'for programs' })).not.toBe('for programs');
  expect(describeDropped({ reason: 'something_new', message: 'It was new.' })).toBe('It was new.');
});
