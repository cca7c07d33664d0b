import type { ServerMessage } from '@auscult/protocol';
import { expect, test } from 'vitest';
import { createDelivery } from '../../src/live/delivery.js';

test('what follows a final waits for its record, and is not acknowledged before', async () => {
  const sent: string[] = [];
  const delivery = createDelivery((message) => sent.push(textOf(message)), {
    isRecording: () => true,
    onFailure: (error) => {
      throw error;
    },
  });
  let record: () => void = () => undefined;
  const recorded = new Promise<void>((resolve) => (record = resolve));
  delivery.sendFinal({ start: 2, end: 5 }, transcription('first', true), recorded);
  delivery.sendFinal({ start: 5, end: 6 }, transcription('second', true), Promise.resolve());
  delivery.send(transcription('partial', false));
  await Promise.resolve();
  expect(sent).toEqual([]);
  expect([delivery.unrecordedFrom(), delivery.unrecordedSeconds()]).toEqual([2, 4]);
  record();
  await delivery.settled();
  expect(sent).toEqual(['first', 'second', 'partial']);
  expect([delivery.unrecordedFrom(), delivery.unrecordedSeconds()]).toEqual([undefined, 0]);
});

test('while records cannot be written, partials go ahead', () => {
  const sent: string[] = [];
  const delivery = createDelivery((message) => sent.push(textOf(message)), {
    isRecording: () => false,
    onFailure: () => undefined,
  });
  delivery.sendFinal({ start: 0, end: 1 }, transcription('final', true), new Promise(() => undefined));
  delivery.send(transcription('partial', false));
  expect(sent).toEqual(['partial']);
});

test('a final that is never recorded is never sent, nor is what follows it', async () => {
  const sent: string[] = [];
  const failures: unknown[] = [];
  const delivery = createDelivery((message) => sent.push(textOf(message)), {
    isRecording: () => true,
    onFailure: (error) => failures.push(error),
  });
  delivery.sendFinal(
    { start: 0, end: 1 },
    transcription('final', true),
    Promise.reject(new Error('damaged')),
  );
  delivery.send(transcription('partial', false));
  await new Promise(setImmediate);
  expect(sent).toEqual([]);
  expect(failures).toHaveLength(1);
});

function transcription(text: string, isFinal: boolean): ServerMessage {
  return {
    type: 'transcription',
    text,
    timestamp: '',
    isFinal,
    sequence: 0,
    start: 0,
    end: 0,
    confidence: 1,
  };
}

function textOf(message: ServerMessage): string {
  return message.type === 'transcription' ? message.text : message.type;
}
