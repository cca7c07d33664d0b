import { expect, test } from 'vitest';
import { createSpeakingPace } from '../../src/live/speaking-pace.js';

test('audio in real time is never ahead, whatever its pieces and pauses', () => {
  for (const piece of [0.1, 2, 10]) {
    let now = 0;
    let most = 0;
    const pace = createSpeakingPace(() => now);
    for (let taken = piece; taken < 1800; taken += piece) {
      now = taken * 1000 + (taken > 600 ? 60_000 : 0);
      pace.took(taken);
      most = Math.max(most, pace.aheadSeconds(taken));
    }
    expect(most).toBe(0);
  }
});

test('audio that comes at once after a broken connection is not ahead', () => {
  let now = 0;
  const pace = createSpeakingPace(() => now);
  pace.took(1);
  now = 241_000;
  pace.took(241);
  expect(pace.aheadSeconds(241)).toBe(0);
});

test('a recording sent at full speed is ahead by most of its audio, until the clock catches up', () => {
  let now = 0;
  const pace = createSpeakingPace(() => now);
  pace.took(1);
  pace.took(100);
  expect(pace.aheadSeconds(5)).toBe(0);
  expect(pace.aheadSeconds(100)).toBeCloseTo(100 / 1.25 - 0.8 - 5);
  now = 60_000;
  expect(pace.aheadSeconds(100)).toBeCloseTo(100 / 1.25 - 0.8 - 65);
  now = 75_000;
  expect(pace.aheadSeconds(100)).toBe(0);
});

test('a stream that begins with earlier audio and goes on in real time is no longer ahead in the end', () => {
  let now = 0;
  const pace = createSpeakingPace(() => now);
  pace.took(4);
  expect(pace.aheadSeconds(4)).toBe(0);
  pace.took(50);
  for (let second = 1; second <= 200; second++) {
    now = second * 1000;
    pace.took(50 + second);
  }
  expect(pace.aheadSeconds(250)).toBe(0);
});
