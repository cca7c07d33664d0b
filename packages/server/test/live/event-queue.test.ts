import { expect, test } from 'vitest';
import { createEventQueue } from '../../src/live/event-queue.js';
import type { FinalEvent, PartialEvent, SessionEvent } from '../../src/live/events.js';

test('events behind a final wait until it is recorded, and its audio is not settled before', async () => {
  const sent: string[] = [];
  const events = createEventQueue((event) => sent.push(textOf(event)), {
    isRecording: () => true,
    onFailure: (error) => {
      throw error;
    },
  });
  let record: () => void = () => undefined;
  const recorded = new Promise<void>((resolve) => (record = resolve));
  events.emitRecorded(final('first', 2, 5), recorded);
  events.emitRecorded(final('second', 5, 6), Promise.resolve());
  events.emit(partial());
  await Promise.resolve();
  expect(sent).toEqual([]);
  expect([events.unrecordedFrom(), events.unrecordedSeconds()]).toEqual([2, 4]);
  record();
  await events.settled();
  expect(sent).toEqual(['first', 'second', 'partial']);
  expect([events.unrecordedFrom(), events.unrecordedSeconds()]).toEqual([undefined, 0]);
});

test('partials go ahead while records cannot be written', () => {
  const sent: string[] = [];
  const events = createEventQueue((event) => sent.push(textOf(event)), {
    isRecording: () => false,
    onFailure: () => undefined,
  });
  events.emitRecorded(final('final', 0, 1), new Promise(() => undefined));
  events.emit(partial());
  expect(sent).toEqual(['partial']);
});

test('prompt replies go ahead of finals that are not recorded, and other replies do not', () => {
  const sent: string[] = [];
  const events = createEventQueue((event) => sent.push(textOf(event)), {
    isRecording: () => true,
    onFailure: () => undefined,
  });
  events.emitRecorded(final('final', 0, 1), new Promise(() => undefined));
  events.emit({ kind: 'reply', frames: () => ['in order'] });
  events.emit({ kind: 'reply', frames: () => ['prompt'], isPrompt: true });
  expect(sent).toEqual(['prompt']);
});

test('a final that is never recorded is never sent, nor are events behind it', async () => {
  const sent: string[] = [];
  const failures: unknown[] = [];
  const events = createEventQueue((event) => sent.push(textOf(event)), {
    isRecording: () => true,
    onFailure: (error) => failures.push(error),
  });
  events.emitRecorded(final('final', 0, 1), Promise.reject(new Error('damaged')));
  events.emit(partial());
  await new Promise(setImmediate);
  expect(sent).toEqual([]);
  expect(failures).toHaveLength(1);
});

function final(text: string, start: number, end: number): FinalEvent {
  const hypothesis = { sequence: 0, text, start, end, confidence: 1, words: [], language: 'en' };
  return { kind: 'final', channel: 0, madeAt: new Date(), hypothesis: { ...hypothesis, reason: 'silence' } };
}

function partial(): PartialEvent {
  const hypothesis = { sequence: 0, text: 'partial', start: 0, end: 0, confidence: 1 };
  return { kind: 'partial', channel: 0, madeAt: new Date(), hypothesis };
}

function textOf(event: SessionEvent): string {
  if (event.kind === 'reply') return event.frames().join();
  return event.kind === 'final' || event.kind === 'partial' ? event.hypothesis.text : event.kind;
}
