import { expect, test } from 'vitest';
import type { JobOwner, JobTimes } from '../../src/inference/inference-pool.js';
import { createTimesRecorder } from '../../src/live/times-recorder.js';
import type { UtteranceTimes } from '../../src/live/utterance-times.js';
import { NOTHING_HEARD } from '../support/nothing-heard.js';

const SECOND = 16_000;

test('nothing is noted for a listener that does not ask', () => {
  expect(createTimesRecorder({ traceOf: () => 'trace' })).toBeUndefined();
});

test('an utterance is told with its own hearings, also of a part of it, although the next has begun', () => {
  const { recorder, told, hear } = record();
  recorder.started(SECOND);
  hear(SECOND, 'partial', 1);
  recorder.ended({ start: SECOND, end: 3 * SECOND });
  recorder.started(4 * SECOND);
  hear(4 * SECOND, 'partial', 2);
  hear(SECOND, 'final', 3);
  hear(2 * SECOND, 'alone', 4);
  recorder.over({ start: SECOND, end: 3 * SECOND });
  expect(told).toMatchObject([{ start: 1, end: 3 }]);
  expect(told[0]?.hearings.map(({ purpose, worker }) => [purpose, worker])).toEqual([
    ['partial', 1],
    ['final', 3],
    ['alone', 4],
  ]);
  expect(told[0]?.endedAt).toBeGreaterThanOrEqual(told[0]?.startedAt ?? Infinity);
  recorder.over({ start: 4 * SECOND, end: 5 * SECOND });
  expect(told[1]?.hearings).toMatchObject([{ worker: 2 }]);
});

test('a part of an utterance has the trace of the utterance', () => {
  const { recorder } = record();
  recorder.started(SECOND);
  recorder.started(4 * SECOND);
  expect([SECOND, 2 * SECOND, 4 * SECOND].map(recorder.traceOf)).toEqual(['of 1', 'of 1', 'of 4']);
  expect(recorder.traceOf(SECOND / 2)).toBeUndefined();
});

test('a hearing that comes when its utterance is over is not told as one of the next', () => {
  const { recorder, told, hear } = record();
  recorder.started(SECOND);
  recorder.over({ start: SECOND, end: 2 * SECOND });
  hear(SECOND, 'second', 1);
  recorder.started(3 * SECOND);
  recorder.over({ start: 3 * SECOND, end: 4 * SECOND });
  expect(told.map(({ hearings }) => hearings)).toEqual([[], []]);
});

test('of many partials, only the first are told', () => {
  const { recorder, told, hear } = record();
  recorder.started(0);
  for (let partial = 0; partial < 1000; partial++) hear(0, 'partial', partial);
  hear(0, 'final', 0);
  recorder.over({ start: 0, end: SECOND });
  expect(told[0]?.hearings).toHaveLength(33);
});

function record() {
  const told: UtteranceTimes[] = [];
  const recorder = createTimesRecorder({
    onTimes: (times) => told.push(times),
    traceOf: (start) => `of ${start}`,
  });
  if (!recorder) throw new Error('there is no recorder');
  const hear = (start: number, purpose: Parameters<typeof recorder.timed>[2], worker: number) => {
    const owner: JobOwner = {
      audio: () => new Int16Array(),
      onResult: () => undefined,
      onLost: () => undefined,
    };
    const times: JobTimes = {
      submittedAt: 0,
      doneAt: 2,
      runSeconds: 0.001,
      phases: undefined,
      worker,
      attempts: 1,
    };
    recorder.timed(owner, start, purpose).onResult(NOTHING_HEARD, times);
  };
  return { recorder, told, hear };
}
