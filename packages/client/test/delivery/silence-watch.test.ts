import { describe, expect, test } from 'vitest';
import { createSilenceWatch } from '../../src/delivery/silence-watch.js';

describe('a connection counts as dead', () => {
  test('after ten seconds of silence', () => {
    const { watch, pass } = watched();
    for (let second = 1; second < 10; second++) expect(pass(1000)).toBe(false);
    expect(pass(1000)).toBe(true);
    watch.heard();
    expect(pass(1000)).toBe(false);
  });

  test('not just because the computer slept or the clock jumped', () => {
    const { pass } = watched();
    expect(pass(3_600_000)).toBe(false);
    expect(pass(3_600_000)).toBe(false);
    expect(pass(-50_000)).toBe(false);
  });
});

function watched(): {
  readonly watch: ReturnType<typeof createSilenceWatch>;
  readonly pass: (ms: number) => boolean;
} {
  let now = 0;
  const watch = createSilenceWatch(() => now);
  return {
    watch,
    pass: (ms) => {
      now += ms;
      return watch.isDead();
    },
  };
}
