import { expect } from 'vitest';
import type { Listening } from './listening.js';

/** Expects what must hold for every flushed stream, whatever was said in it. */
export function expectOrderly({ live, finals, speech, lost }: Listening): void {
  expect(lost).toEqual([]);
  expect(finals.map(({ sequence }) => sequence)).toEqual(finals.map((_, index) => index));
  let previous = 0;
  for (const { start, end, text, words, confidence } of finals) {
    expect(start).toBeGreaterThanOrEqual(previous);
    expect(end).toBeGreaterThan(start);
    expect(text).toMatch(/[a-z0-9]/i);
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(words.map((word) => word.text).join(' ')).toBe(text);
    expect(words.filter((word) => word.start < start || word.end > end || word.end < word.start)).toEqual([]);
    previous = end;
  }
  expect(previous).toBeLessThanOrEqual(live.receivedSeconds);
  expect(speech.map(({ state }) => state)).toEqual(
    speech.map((_, index) => (index % 2 === 0 ? 'started' : 'ended')),
  );
  expect(speech.map(({ at }) => at)).toEqual(speech.map(({ at }) => at).sort((a, b) => a - b));
}
