import type { TranscriptionMessage } from '@auscult/protocol';
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/delivery/ledger.js';

const SECOND = 16_000;

describe('the ledger', () => {
  test('takes each final once, and continues sequences and times over sessions', () => {
    const ledger = createLedger(1);
    ledger.advance(10 * SECOND);
    expect(ledger.takeFinal(final({ sequence: 0, start: 1, end: 2 }))).toMatchObject({
      sequence: 0,
      start: 1,
    });
    expect(ledger.takeFinal(final({ sequence: 0, start: 1, end: 2 }))).toBeUndefined();
    expect(ledger.takePartial(final({ sequence: 0, start: 1, end: 2 }))).toBeUndefined();
    expect(ledger.next()).toEqual([1]);

    ledger.beginSession(ledger.settled());
    ledger.advance(5 * SECOND);
    expect(ledger.next()).toEqual([0]);
    const words = [{ text: 'so', start: 0.5, end: 1, confidence: 1 }];
    expect(ledger.takeFinal(final({ sequence: 0, start: 0.5, end: 1, words, removes: [0] }))).toEqual({
      text: 'so',
      start: 2.5,
      end: 3,
      confidence: 1,
      words: [{ text: 'so', start: 2.5, end: 3, confidence: 1 }],
      sequence: 1,
      removes: [1],
    });
    expect(ledger.settled()).toBe(3 * SECOND);
  });

  test('never settles unsent audio, and never takes back what is settled', () => {
    const ledger = createLedger(1);
    ledger.advance(2 * SECOND);
    ledger.acknowledge(9 * SECOND, 9);
    expect([ledger.received(), ledger.settled()]).toEqual([2 * SECOND, 2 * SECOND]);
    ledger.advance(2 * SECOND);
    ledger.acknowledge(SECOND, 1);
    expect([ledger.received(), ledger.settled()]).toEqual([2 * SECOND, 2 * SECOND]);
    ledger.settleAll(9 * SECOND);
    expect(ledger.settled()).toBe(4 * SECOND);
  });

  test('continues from the audio that the server of an old session has', () => {
    const ledger = createLedger(1);
    ledger.beginSession(SECOND);
    ledger.advance(4 * SECOND);
    ledger.resume(3 * SECOND);
    expect([ledger.sent(), ledger.received()]).toEqual([4 * SECOND, 4 * SECOND]);
    ledger.resume(9 * SECOND);
    expect(ledger.sent()).toBe(4 * SECOND);
  });

  test('silences settled audio of one channel that is sent again for the other', () => {
    const ledger = createLedger(2);
    ledger.advance(4);
    ledger.settleAll(1);
    ledger.takeFinal(final({ sequence: 0, start: 0, end: 3 / SECOND, channel: 1 }));
    expect(ledger.settled()).toBe(1);
    ledger.beginSession(1);
    const interleaved = Int16Array.of(10, 11, 20, 21, 30, 31);
    ledger.silenceSettled(interleaved, 1);
    expect([...interleaved]).toEqual([10, 0, 20, 0, 30, 31]);
  });
});

function final(
  fields: Pick<TranscriptionMessage, 'sequence' | 'start' | 'end'> & Partial<TranscriptionMessage>,
): TranscriptionMessage {
  return {
    type: 'transcription',
    timestamp: '2026-01-01T00:00:00.000Z',
    text: 'so',
    isFinal: true,
    confidence: 1,
    ...fields,
  };
}
