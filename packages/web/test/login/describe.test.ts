import { expect, test } from 'vitest';
import { describeRefusal } from '../../src/page/account/describe-refusal.js';
import { describeOutcome } from '../../src/page/login/describe-outcome.js';
import { describeRole } from '../../src/page/login/describe-role.js';
import { answerOf } from '../../src/page/server/ask.js';

test('a failed login has a sentence of its own for each step', () => {
  const sentences = (['password', 'code', 'recovery-code'] as const).map((step) =>
    describeOutcome({ kind: 'wrong' }, step),
  );
  expect(new Set(sentences).size).toBe(3);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  expect(describeOutcome({ kind: 'in' }, 'password')).toBeUndefined();
});

test.each([
  [28, '28 seconds'],
  [89, '89 seconds'],
  [90, '2 minutes'],
  [900, '15 minutes'],
])('a wait of %i s is shown as %s', (waitSeconds, words) => {
  expect(describeOutcome({ kind: 'locked-out', waitSeconds }, 'password')).toContain(`Wait ${words}`);
});

test('a refusal is described in plain words, or in those of the server', () => {
  const refused = (code: string, retryAfter: string | null = null) => {
    const answer = answerOf(
      403,
      JSON.stringify({ error: { code, message: 'As the server says.' } }),
      retryAfter,
    );
    if (answer.kind === 'ok') throw new Error('it was refused');
    return describeRefusal(answer);
  };
  expect(refused('password_wrong')).toBe('The current password is wrong.');
  expect(refused('locked_out', '30')).toContain('30 seconds');
  expect(refused('something_new')).toBe('As the server says.');
});

test.each(['', '[]', 'null', '"text"', '<html>'])('a malformed answer counts as an error: %j', (text) => {
  expect(answerOf(502, text, null)).toMatchObject({ kind: 'refused', status: 502, code: 'internal_error' });
  expect(answerOf(0, text, null)).toMatchObject({ kind: 'unreachable' });
});

test('each role has a name, and roles that do not transcribe have an explanation', () => {
  for (const role of ['clinician', 'supervisor', 'service'])
    expect(describeRole(role).instead).toBeUndefined();
  for (const role of ['administrator', 'auditor']) expect(describeRole(role).instead).toMatch(/auscult/);
  expect(describeRole('new').name).toBe('new');
});
