import { expect, test } from 'vitest';
import type { Command } from '../../src/live/commands.js';
import { createQuietWatch } from '../../src/live/dialects/open-servers/quiet-watch.js';

test('acts once after a second without a frame, and again only when it is asked to wait again', () => {
  const { watch, done, elapse } = begin();
  watch.wait();
  elapse();
  expect(done).toEqual(['finalize']);
  elapse();
  watch.wait();
  elapse();
  expect(done).toEqual(['finalize', 'finalize']);
});

test('does not act if a frame came in time, even one whose turn comes later', () => {
  const { watch, done, elapse, hold, letGo } = begin();
  watch.wait();
  watch.interrupt();
  elapse();
  watch.wait();
  hold();
  elapse();
  watch.interrupt();
  watch.wait();
  letGo();
  expect(done).toEqual([]);
  elapse();
  expect(done).toEqual(['finalize']);
});

test('waits another second if frames were not read meanwhile, since the client may have sent some', () => {
  const { watch, done, elapse } = begin();
  watch.wait();
  watch.pause();
  elapse();
  expect(done).toEqual([]);
  elapse();
  expect(done).toEqual(['finalize']);
});

test('ends with its session', () => {
  const { watch, done, elapse, stop } = begin();
  watch.wait();
  stop();
  elapse();
  expect(done).toEqual([]);
});

/** A watch whose seconds pass when a test says so. Commands are held as long as earlier frames wait for their turn. */
function begin() {
  let onElapsed: (() => void) | undefined;
  const watch = createQuietWatch(
    () => ({ kind: 'finalize' }),
    (_milliseconds, then) => {
      onElapsed = then;
      return () => {
        onElapsed = undefined;
      };
    },
  );
  const done: string[] = [];
  const held: Command[] = [];
  let isHolding = false;
  const carryOut = (command: Command): void => {
    if (command.kind === 'reply') command.frames();
    else done.push(command.kind);
  };
  const stop = watch.start((command) => {
    if (isHolding) held.push(command);
    else carryOut(command);
  });
  return {
    watch,
    done,
    stop,
    elapse: () => {
      const then = onElapsed;
      onElapsed = undefined;
      then?.();
    },
    hold: () => {
      isHolding = true;
    },
    letGo: () => {
      isHolding = false;
      held.splice(0).forEach(carryOut);
    },
  };
}
