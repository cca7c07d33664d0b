import { describe, expect, test } from 'vitest';
import { closeTable } from '../src/close-codes.js';
import { describeError, describeWarning } from '../src/describe-error.js';
import { errorCodes, errorTable } from '../src/error-codes.js';
import { errorMessage, warningMessage } from '../src/server-messages.js';
import { warningCodes, warningTable } from '../src/warning-codes.js';

const closeCodes = Object.values(closeTable).map(({ code }) => code);

describe('close codes', () => {
  test('have different numbers', () => {
    expect(new Set(closeCodes).size).toBe(closeCodes.length);
  });

  test.each(Object.entries(closeTable))('%s has a number that may be sent', (_, { code }) => {
    const registered = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
    expect(registered || (code >= 4000 && code <= 4999)).toBe(true);
  });
});

describe('error codes', () => {
  test.each(errorCodes)('%s closes with a code of the close table or not at all', (code) => {
    expect([undefined, ...closeCodes]).toContain(errorTable[code].closeCode);
  });

  test.each(errorCodes)('%s fits into the reason of a close frame', (code) => {
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(123);
  });

  test.each(errorCodes)('%s explains itself and has a remedy', (code) => {
    const message = describeError(code);
    expect(errorMessage.parse(message)).toEqual(message);
    expect(message.message).toBe(`${errorTable[code].meaning} ${errorTable[code].remedy}`);
    expect(message.retryable).toBe(errorTable[code].retryable);
  });

  test('an error for lost audio names the span', () => {
    const message = describeError('audio_lost', { start: 1.5, end: 2.25, channel: 1 });
    expect(errorMessage.parse(message)).toMatchObject({ start: 1.5, end: 2.25, channel: 1 });
    expect(message.message).toContain('Audio: 1.50 s to 2.25 s.');
  });
});

test.each(warningCodes)('warning %s explains itself and has a remedy', (code) => {
  const message = describeWarning(code);
  expect(warningMessage.parse(message)).toEqual(message);
  expect(message.message).toBe(`${warningTable[code].meaning} ${warningTable[code].remedy}`);
});

test.each([...Object.entries(errorTable), ...Object.entries(warningTable)])(
  'texts of %s are sentences',
  (_, { meaning, remedy }) => {
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z].*\.$/);
  },
);
