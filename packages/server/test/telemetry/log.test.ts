import { expect, test } from 'vitest';
import { createLog, type LogFields } from '../../src/telemetry/log.js';

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  logFormat: 'json' | 'text' = 'json',
): string {
  let text = '';
  const log = createLog({ logLevel: 'info', logFormat }, { write: (line) => (text += line) });
  write(log);
  return text;
}

test('writes allowed fields and nothing else', () => {
  const fields = { session: 's', code: 'busy', text: 'spoken words', message: 'spoken words' } as LogFields;
  const line = JSON.parse(logged((log) => log.info('session refused', fields))) as object;
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    event: 'session refused',
    session: 's',
    code: 'busy',
  });
});

test('reports an unexpected error by its class and place, without its message', () => {
  const text = logged((log) => {
    log.unexpected(new SyntaxError('Unexpected token in "spoken\n    at words" is not valid'));
    log.unexpected('spoken words');
  });
  expect(text).toContain('SyntaxError');
  expect(text).toContain('log.test.ts');
  expect(text).not.toMatch(/spoken|at words/);
});

test('leaves out events below the level', () => {
  expect(logged((log) => log.debug('answered'))).toBe('');
});

test('writes lines for people on request', () => {
  const text = logged((log) => log.warn('worker exited', { worker: 1, reason: 'crash' }), 'text');
  expect(text).toMatch(/^\S+Z warn {2}worker exited worker=1 reason=crash\n$/);
});
