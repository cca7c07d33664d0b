import { expect, test } from 'vitest';
import { createMemoryLimit } from '../../../src/inference/scheduling/memory-limit.js';

test('a process that has once exceeded its limit gets no more work, and ends when idle', () => {
  const { memory, work, ended } = limitedTo(100);
  memory.loaded(50);
  work(1);
  memory.weigh(101);
  memory.weigh(90);
  expect({ isExceeded: memory.isExceeded, ended: ended() }).toEqual({ isExceeded: true, ended: 0 });
  work(0);
  memory.weigh();
  expect(ended()).toBe(1);
});

test('a process within its limit goes on, also after one before it exceeded the limit', () => {
  const { memory, ended } = limitedTo(100);
  memory.weigh(100);
  expect(ended()).toBe(0);
  memory.weigh(101);
  memory.started();
  memory.weigh(100);
  expect({ isExceeded: memory.isExceeded, ended: ended() }).toEqual({ isExceeded: false, ended: 1 });
});

test('a process that exceeds its limit with the model alone still does its first job', () => {
  const { memory, work, ended } = limitedTo(100);
  memory.loaded(101);
  expect(memory.isExceeded).toBe(false);
  work(1);
  memory.weigh(101);
  work(0);
  memory.weigh();
  expect({ residentBytes: memory.residentBytes, ended: ended() }).toEqual({ residentBytes: 101, ended: 1 });
});

function limitedTo(bytes: number) {
  let jobs = 0;
  let ended = 0;
  const memory = createMemoryLimit(bytes, { isIdle: () => jobs === 0, end: () => ended++ });
  return { memory, work: (count: number) => (jobs = count), ended: () => ended };
}
