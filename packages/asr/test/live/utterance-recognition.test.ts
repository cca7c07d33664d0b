import { expect, test } from 'vitest';
import { moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { defaultLiveOptions } from '../../src/live/transcribe-recording.js';
import { createUtteranceRecognition } from '../../src/live/utterance-recognition.js';
import type { JobRequest, Scheduler } from '../../src/recognizer/scheduler.js';
import { createAudioHistory } from '../../src/segment/audio-history.js';

const SECOND = 16_000;
const STEP = SECOND / 5;

test('a partial that waits for a process gives way to one of newer audio, one at work does not', () => {
  const { follow, jobs } = speak();
  follow([{ kind: 'started', start: 0 }], SECOND);
  follow([], SECOND + STEP);
  follow([], SECOND + 2 * STEP);
  expect(jobs.map(({ request }) => request.newSeconds)).toEqual([1, 1.2, 1.4]);
  expect(new Set(jobs.map(({ request }) => request.replaces)).size).toBe(1);

  const [, , latest] = jobs;
  if (latest) latest.started = true;
  follow([], SECOND + 3 * STEP);
  expect(jobs).toHaveLength(3);
  latest?.request.onLost();
  follow([], SECOND + 4 * STEP);
  expect(jobs).toHaveLength(4);
});

test('partials leave their encoding to others until one of them has', () => {
  const { follow, jobs } = speak();
  follow([{ kind: 'started', start: 0 }], SECOND);
  follow([], SECOND + STEP);
  expect(jobs.map(({ request }) => request.keepState)).toEqual([true, true]);
  jobs[1]?.request.onResult({
    tokens: [],
    logProbabilities: [],
    heardAt: [],
    endLogProbability: 0,
    stopped: 'end',
  });
  follow([], SECOND + 2 * STEP);
  expect(jobs[2]?.request.keepState).toBe(false);
});

interface Job {
  readonly request: JobRequest;
  started: boolean;
}

/** Recognition of a stream whose jobs wait until the test says otherwise. */
function speak() {
  const jobs: Job[] = [];
  const scheduler: Scheduler = {
    submit(request) {
      // As the scheduler does with a partial that waits.
      const stale = jobs.find((job) => job.request.replaces === request.replaces && !job.started);
      if (stale) stale.request.onLost();
      const job = { request, started: false };
      jobs.push(job);
      return {
        get started() {
          return job.started;
        },
        cancel: () => undefined,
        promote: () => undefined,
      };
    },
    forget: () => undefined,
    release: () => undefined,
    idle: false,
    finalDelaySeconds: 0,
    anyReady: true,
    waiting: { finals: 0, partials: 0 },
    workers: () => [],
    close: () => Promise.resolve(),
  };
  const history = createAudioHistory();
  history.append(new Float32Array(5 * SECOND));
  const { follow } = createUtteranceRecognition(
    { ...defaultLiveOptions, sampleRate: SECOND, encoding: 'f32le', partials: true },
    history,
    { onFinal: () => undefined },
    { scheduler, stream: 'a', language: 'en', beams: 1, textOf: moonshineTokenText, contextShare: () => 1 },
  );
  return { follow, jobs };
}
