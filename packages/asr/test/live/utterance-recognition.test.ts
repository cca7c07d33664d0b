import { expect, test } from 'vitest';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { defaultLiveOptions } from '../../src/live/transcribe-recording.js';
import type {
  DroppedWords,
  EmptyUtterance,
  FinalHypothesis,
  LiveOptions,
  PartialHypothesis,
} from '../../src/live/live-transcription.js';
import type { FinalHearing } from '../../src/live/utterance-services.js';
import { createUtteranceRecognition } from '../../src/live/utterance-recognition.js';
import type { InferencePool, JobOwner, RecognitionRequest } from '../../src/inference/inference-pool.js';
import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { createAudioHistory } from '../../src/segment/audio-history.js';
import type { SegmentEvent, UtteranceEnd } from '../../src/segment/segmenter.js';
import { NOTHING_HEARD } from '../support/nothing-heard.js';
import { until } from '../support/until.js';

const SECOND = 16_000;
const STEP = SECOND / 5;

test('a newer partial replaces one that waits for a process, but not one at work', () => {
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
  latest?.owner.onLost({ reason: 'interrupted' });
  follow([], SECOND + 4 * STEP);
  expect(jobs).toHaveLength(4);
});

test('partials keep their encoder state until one has succeeded', () => {
  const { follow, jobs } = speak();
  follow([{ kind: 'started', start: 0 }], SECOND);
  follow([], SECOND + STEP);
  expect(jobs.map(({ request }) => request.keepState)).toEqual([true, true]);
  jobs[1]?.owner.onResult(NOTHING_HEARD);
  follow([], SECOND + 2 * STEP);
  expect(jobs[2]?.request.keepState).toBe(false);
});

test('words heard only once are told behind the settled ones, until they settle or others are heard', () => {
  const { follow, jobs, partials } = speak({ unsettled: true });
  follow([{ kind: 'started', start: 0 }], SECOND);
  for (const [index, text] of [
    'any',
    'any pain',
    'any pain in',
    'any plain your',
    'many pain in your chest',
    'any pain in your chest now',
  ].entries()) {
    jobs.at(-1)?.owner.onResult(heard(moonshineTokens(text)));
    follow([], SECOND + (index + 1) * STEP);
  }
  expect(partials.map(({ text, unsettled = '' }) => [text, unsettled])).toEqual([
    ['', 'any'],
    ['any', ' pain'],
    ['any pain', ' in'],
    // What stands behind another word might be said twice.
    ['any pain', ''],
    ['any pain', ' in your chest'],
    ['any pain in your chest', ' now'],
  ]);
});

test('nothing unsettled is told where nobody asked for it', () => {
  const { follow, jobs, partials } = speak();
  follow([{ kind: 'started', start: 0 }], SECOND);
  for (const [index, text] of ['any', 'any pain', 'any pain'].entries()) {
    jobs.at(-1)?.owner.onResult(heard(moonshineTokens(text)));
    follow([], SECOND + (index + 1) * STEP);
  }
  expect(partials.map(({ text, unsettled }) => [text, unsettled])).toEqual([
    ['any', undefined],
    ['any pain', undefined],
  ]);
});

test('without context, utterances are recognised side by side, except faint ones, and cancelled on close', () => {
  const { follow, jobs, close } = speak({ contextSeconds: 0, partials: false });
  const utterance = (start: number, peak: number): SegmentEvent[] => [
    { kind: 'started', start },
    {
      kind: 'ended',
      start,
      end: start + SECOND,
      reason: 'silence',
      voiced: SECOND / 2,
      peak,
      probabilities: [],
    },
  ];
  follow([...utterance(0, 0.9), ...utterance(SECOND, 0.2), ...utterance(2 * SECOND, 0.9)], 3 * SECOND);
  expect(jobs).toHaveLength(2);
  close();
  expect(jobs.map(({ cancelled }) => cancelled)).toEqual([true, true]);
});

test('the latest result is the draft of the next job', async () => {
  const { follow, jobs } = speak();
  follow([{ kind: 'started', start: 0 }], 6 * STEP);
  expect(jobs.at(-1)?.request).toMatchObject({ draft: [], unheardSeconds: (6 * STEP) / SECOND });
  jobs.at(-1)?.owner.onResult(heard([41, 42]));
  follow([], 10 * STEP);
  expect(jobs.at(-1)?.request).toMatchObject({ draft: [41, 42], unheardSeconds: (4 * STEP) / SECOND });
  jobs.at(-1)?.owner.onResult(heard([41, 43, 44]));
  follow(
    [
      {
        kind: 'ended',
        start: 0,
        end: 11 * STEP,
        reason: 'silence',
        voiced: SECOND,
        peak: 0.9,
        probabilities: [],
      },
    ],
    12 * STEP,
  );
  await until(() => jobs.at(-1)?.request.priority === 'final');
  expect(jobs.at(-1)?.request.draft).toEqual([41, 43, 44]);
});

test('a final decoded ahead is cancelled when the utterance turns out too faint', () => {
  const { follow, jobs } = speak({}, 1);
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: 2 * STEP }], 3 * STEP, false);
  expect(jobs).toHaveLength(1);
  follow(
    [
      {
        kind: 'ended',
        start: 0,
        end: 2 * STEP,
        reason: 'silence',
        voiced: STEP,
        peak: 0.2,
        probabilities: [],
      },
    ],
    4 * STEP,
  );
  expect(jobs.map(({ cancelled }) => cancelled)).toEqual([true]);
});

test('the words before a pause tell how long it takes to end the utterance, until the voice comes back', () => {
  const { recognition, follow, jobs } = speak({ endpointSentences: true }, 1);
  const pause = (end: number, tokens: readonly number[]) => {
    follow([{ kind: 'paused', end }], end, false);
    expect(recognition.endpointing).toBeUndefined();
    jobs.at(-1)?.owner.onResult(heard(tokens, { endLogProbability: -0.01 }));
  };
  follow([{ kind: 'started', start: 0 }], STEP);
  pause(2 * STEP, moonshineTokens('Any pain and'));
  expect(recognition.endpointing).toBe(0.9 * SECOND);
  follow([{ kind: 'resumed' }], 3 * STEP, false);
  pause(4 * STEP, moonshineTokens('Any pain and cough?'));
  expect(recognition.endpointing).toBe(0.25 * SECOND);
  follow([{ kind: 'resumed' }], 5 * STEP, false);
  pause(6 * STEP, moonshineTokens('Any pain and cough today'));
  expect(recognition.endpointing).toBeUndefined();
});

test('a stream that does not ask for it has the same silence after all words', () => {
  const { recognition, follow, jobs } = speak({}, 1);
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: 2 * STEP }], 3 * STEP, false);
  jobs.at(-1)?.owner.onResult(heard(moonshineTokens('Any pain?'), { endLogProbability: -0.01 }));
  expect(recognition.endpointing).toBeUndefined();
});

test('an unsure final is heard twice where a process is free, and its words are voted on', async () => {
  const { finals, follow, heardHow, jobs, settled } = speak({}, 2);
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: SECOND }], SECOND, false);
  const [first, second] = jobs;
  expect(second?.request).toMatchObject({
    priority: 'partial',
    window: undefined,
    keepState: false,
    draft: [],
  });
  expect(second?.request.stream).not.toBe(first?.request.stream);
  first?.owner.onResult(heard(moonshineTokens('no plane'), { logProbabilities: [-0.1, -2] }));
  follow([ended(SECOND)], SECOND);
  second?.owner.onResult(heard(moonshineTokens('no pain'), { logProbabilities: [-0.1, -0.2] }));
  await settled();
  expect(finals.map(({ text }) => text)).toEqual(['no pain']);
  expect(heardHow).toEqual(['voted']);
});

test('voice without words is heard by itself, and its words are put where they were said', async () => {
  const { finals, follow, heardHow, jobs, settled } = speak();
  follow([{ kind: 'started', start: 0 }], STEP);
  const probabilities = new Array<number>(Math.ceil((9 * SECOND) / 512)).fill(0.9);
  follow([ended(9 * SECOND, { voiced: 5 * SECOND, probabilities })], 9 * SECOND);
  await until(() => jobs.length === 1);
  const said = moonshineTokens('I tried to quit and I do not smoke');
  const before = moonshineTokens('I tried to quit').length;
  const heardAt = said.map((_, token) => (token < before ? token / 2 : 5 + token / 3));
  jobs[0]?.owner.onResult(heard(said, { heardAt }));
  await until(() => jobs.length === 2);
  expect(jobs[1]?.request).toMatchObject({ window: undefined, prefix: [] });
  jobs[1]?.owner.onResult(heard(moonshineTokens('so it is down a bit')));
  await settled();
  expect(finals.map(({ text }) => text)).toEqual(['I tried to quit so it is down a bit and I do not smoke']);
  expect(heardHow).toEqual(['completed']);
});

test('a clause that partials showed and the final lacks is heard by itself, and put back', async () => {
  const { dropped, finals, heardHow, jobs, utter } = speak();
  const shown = moonshineTokens('any pain when you breathe in and how long');
  await utter({
    partial: shown,
    final: heard(moonshineTokens('any pain and how long')),
    again: heard(moonshineTokens('when you breathe in')),
  });
  expect(jobs.at(-1)?.request).toMatchObject({ window: undefined, prefix: [] });
  expect(finals.map(({ text }) => text)).toEqual(['any pain when you breathe in and how long']);
  expect(heardHow).toEqual(['completed']);
  expect(dropped).toEqual([]);
});

test('words that partials showed are only gone where listening for them alone does not find them, which is told', async () => {
  const { dropped, finals, utter } = speak();
  const shown = moonshineTokens('any pain when you breathe in and how long');
  const short = heard(moonshineTokens('any pain and how long'));
  await utter({ partial: shown, final: short, again: heard([]), rest: short });
  expect(finals.map(({ text }) => text)).toEqual(['any pain and how long']);
  expect(told(dropped)).toEqual([['unconfirmed', 0, 0, 2, true]]);
});

test('where the final has other words in place of those shown, all of it is heard alone, and the fuller text is kept', async () => {
  const { dropped, finals, utter } = speak();
  const shown = moonshineTokens('any pain when you breathe in and how long');
  await utter({
    partial: shown,
    final: heard(moonshineTokens('any pain weed and how long')),
    again: heard(shown),
  });
  expect(finals.map(({ text }) => text)).toEqual(['any pain when you breathe in and how long']);
  expect(dropped).toEqual([]);
});

test('a final with one or two words fewer than were shown is not heard again', async () => {
  const { dropped, finals, heardHow, utter } = speak();
  const shown = moonshineTokens('so any any pain');
  await utter({ partial: shown, final: heard(moonshineTokens('any pain')) });
  expect(finals.map(({ text }) => text)).toEqual(['any pain']);
  expect(heardHow).toEqual(['once']);
  expect(dropped).toEqual([]);
});

test('a second hearing is given up where the first is doubtful, which is then heard alone', async () => {
  const { finals, follow, heardHow, jobs, settled } = speak({}, 2);
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: SECOND }], SECOND, false);
  jobs[0]?.owner.onResult(heard(WORDS, { stopped: 'length', logProbabilities: [-0.1, -2] }));
  follow([ended(SECOND)], SECOND);
  await until(() => jobs.length === 3);
  expect(jobs.map(({ cancelled }) => cancelled)).toEqual([true, true, false]);
  jobs[2]?.owner.onResult(heard(OTHERS));
  await settled();
  expect(finals).toHaveLength(1);
  expect(heardHow).toEqual(['again']);
});

test('a second hearing is given up once the first is sure, where the voice comes back, and where it takes too long', async () => {
  const { finals, follow, jobs, settled } = speak({}, 2);
  const unsure = heard(WORDS, { logProbabilities: [-0.1, -2] });
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: SECOND }], SECOND, false);
  jobs[0]?.owner.onResult(heard(WORDS));
  expect(jobs.map(({ cancelled }) => cancelled)).toEqual([false, true]);
  follow([{ kind: 'resumed' }], SECOND, false);
  follow([{ kind: 'paused', end: 2 * SECOND }], 2 * SECOND, false);
  follow([{ kind: 'resumed' }], 2 * SECOND, false);
  expect(jobs.slice(2).map(({ cancelled }) => cancelled)).toEqual([true, true]);
  follow([{ kind: 'paused', end: 3 * SECOND }], 3 * SECOND, false);
  jobs[4]?.owner.onResult(unsure);
  follow([ended(3 * SECOND)], 3 * SECOND);
  await settled();
  expect(jobs[5]?.cancelled).toBe(true);
  expect(finals.map(({ text }) => text)).toEqual(['no pain']);
});

test('nothing is heard twice while only one process is free', async () => {
  const { finals, follow, jobs, settled } = speak({}, 1);
  follow([{ kind: 'started', start: 0 }], STEP);
  follow([{ kind: 'paused', end: SECOND }], SECOND, false);
  jobs[0]?.owner.onResult(heard(WORDS, { logProbabilities: [-0.1, -2] }));
  follow([ended(SECOND)], SECOND);
  await settled();
  expect([jobs.length, finals.length]).toEqual([1, 1]);
});

function ended(end: number, changes: Partial<SegmentEvent & { kind: 'ended' }> = {}): SegmentEvent {
  const voice = { voiced: SECOND, peak: 0.9, probabilities: [] };
  return { kind: 'ended', start: 0, end, reason: 'silence', ...voice, ...changes };
}

const WORDS = moonshineTokens('no pain');
const OTHERS = moonshineTokens('no fever at all');

test('dropped words are reported with the reason and whether they were shown', async () => {
  const { dropped, finals, utter } = speak();
  await utter({ voiced: STEP / 8, partial: WORDS });
  await utter({ partial: WORDS, final: heard([], { tokens: [] }) });
  await utter({ final: heard(WORDS, { logProbabilities: [-4, -4] }) });
  await utter({ final: heard(WORDS, { stopped: 'length' }), again: heard(OTHERS) });
  await utter({ final: heard(WORDS) });
  expect(told(dropped)).toEqual([
    ['faint', 0, 0, 2, true],
    ['inaudible', 0, 2, 4, true],
    ['invented', 0, 4, 6, false],
    ['reheard', 0, 6, 8, false],
  ]);
  expect(finals.map(({ sequence, text }) => [sequence, text])).toEqual([
    [0, 'no fever at all'],
    [1, 'no pain'],
  ]);
});

test('the rest of a cut hearing is heard, and the cut reported, whether the rest has words, has none or is lost', async () => {
  const { dropped, finals, jobs, utter } = speak();
  const cut = heard(WORDS, { stopped: 'repetition', lostIn: { from: 0.4, to: 1.2 } });
  const again = heard(OTHERS, { stopped: 'length' });
  await utter({ final: cut, again, rest: heard(OTHERS) });
  const rest = jobs.at(-1)?.request;
  // From the middle of the loop on, or a quiet place near it.
  expect(Math.abs(1.2 - (rest?.newSeconds ?? 0))).toBeLessThanOrEqual(0.15);
  await utter({ partial: WORDS, final: cut, again, rest: heard([]) });
  await utter({ final: cut, again, rest: 'lost' });
  await utter({ final: heard(WORDS, { stopped: 'length' }), again, rest: heard([]) });
  expect(told(dropped)).toEqual([
    ['repetition', 0, 0, 2, false],
    ['repetition', 1, 2, 4, true],
    ['repetition', 2, 4, 6, false],
    ['endless', 3, 6, 8, false],
  ]);
  expect(finals.map(({ text }) => text)).toEqual([
    'no pain no fever at all',
    'no pain',
    'no pain',
    'no pain',
  ]);
});

test('words of which no hearing is sure are reported once', async () => {
  const { dropped, finals, utter } = speak();
  const unsure = { logProbabilities: [-4, -4] };
  const cut = heard(WORDS, { stopped: 'repetition', ...unsure });
  await utter({ final: cut, again: heard(OTHERS, unsure) });
  await utter({ final: cut, again: heard([]) });
  await utter({ final: cut, again: heard(OTHERS, { stopped: 'length' }) });
  expect(told(dropped)).toEqual([
    ['invented', 0, 0, 2, false],
    ['reheard', 0, 2, 4, false],
    ['invented', 0, 4, 6, false],
  ]);
  expect(finals).toEqual([]);
});

test('each utterance that is not lost has a final or is reported as empty, with the reason why it ended', async () => {
  const { empty, finals, utter } = speak();
  await utter({ voiced: STEP / 8, reason: 'request' });
  await utter({ final: heard(WORDS), reason: 'longest' });
  await utter({ final: heard([]), reason: 'longest' });
  await utter({ final: heard(WORDS, { logProbabilities: [-4, -4] }) });
  await utter({ final: heard(moonshineTokens('.')) });
  await utter({ final: 'lost' });
  await utter({ final: heard(OTHERS), reason: 'request' });
  expect(finals.map(({ sequence, reason }) => [sequence, reason])).toEqual([
    [0, 'longest'],
    [1, 'request'],
  ]);
  expect(empty).toEqual([
    { sequence: 0, start: 0, end: 2, reason: 'request' },
    { sequence: 1, start: 4, end: 6, reason: 'longest' },
    { sequence: 1, start: 6, end: 8, reason: 'silence' },
    { sequence: 1, start: 8, end: 10, reason: 'silence' },
  ]);
});

function told(dropped: readonly DroppedWords[]) {
  return dropped.map(({ reason, sequence, start, end, shown }) => [reason, sequence, start, end, shown]);
}

function heard(tokens: readonly number[], changes: Partial<RecognitionResult> = {}): RecognitionResult {
  return {
    tokens,
    logProbabilities: tokens.map(() => -0.1),
    heardAt: tokens.map(() => 0.1),
    endLogProbability: -0.1,
    stopped: 'end',
    terms: [],
    alternatives: [],
    ...changes,
  };
}

interface Job {
  readonly request: RecognitionRequest;
  readonly owner: JobOwner;
  started: boolean;
  cancelled: boolean;
  /** Whether its result is there. */
  over: boolean;
}

/** Recognition of a stream whose jobs wait until the test says otherwise, with as many processes as are given. */
function speak(changes: Partial<LiveOptions> = {}, processes = 0) {
  const jobs: Job[] = [];
  const pool: InferencePool = {
    submit(given, owner) {
      // A request goes anywhere: what cannot be sent throws here.
      const request = structuredClone(given);
      // As a pool does with a partial that waits.
      const stale = jobs.find(
        (job) => request.replaces !== undefined && job.request.replaces === request.replaces && !job.started,
      );
      if (stale) stale.owner.onLost({ reason: 'replaced' });
      const job: Job = {
        request,
        owner: {
          ...owner,
          onResult(result) {
            job.over = true;
            owner.onResult(result);
          },
        },
        started: false,
        cancelled: false,
        over: false,
      };
      jobs.push(job);
      return {
        get started() {
          return job.started;
        },
        cancel() {
          job.cancelled = true;
        },
        promote: () => undefined,
      };
    },
    forget: () => undefined,
    status: () => ({
      ready: true,
      idle: jobs.filter((job) => !job.cancelled && !job.over).length < processes,
      waiting: { finals: 0, partials: 0 },
      finalDelaySeconds: 0,
      finalWaitSeconds: 1,
    }),
    close: () => Promise.resolve(),
  };
  const history = createAudioHistory();
  history.append(new Float32Array(20 * SECOND));
  const dropped: DroppedWords[] = [];
  const finals: FinalHypothesis[] = [];
  const partials: PartialHypothesis[] = [];
  const empty: EmptyUtterance[] = [];
  const heardHow: FinalHearing[] = [];
  const recognition = createUtteranceRecognition(
    { ...defaultLiveOptions, sampleRate: SECOND, encoding: 'f32le', partials: true, ...changes },
    history,
    {
      onFinal: (final) => finals.push(final),
      onEmpty: (utterance) => empty.push(utterance),
      onPartial: (partial) => partials.push(partial),
      onDropped: (words) => dropped.push(words),
    },
    {
      pool,
      stream: 'a',
      language: 'en',
      beams: 1,
      textOf: moonshineTokenText,
      wordBreaksOf: () => 'spaces',
      keyTerms: () => undefined,
      lexicon: 'none',
      calibrated: (confidence) => confidence,
      hearsTwice: true,
      onHeard: (how) => heardHow.push(how),
      contextFraction: () => 1,
      share: [],
    },
  );
  const { follow, close, settled } = recognition;
  let now = 0;
  /** An utterance of two seconds, with what its jobs bring: partials show a word once two of them have it. */
  const utter = async ({ voiced = SECOND / 2, partial, reason = 'silence', final, again, rest }: Uttered) => {
    const start = now;
    now += 2 * SECOND;
    follow([{ kind: 'started', start }], start + (partial ? SECOND - STEP : 0));
    for (let shown = 0; partial && shown < 2; shown++) {
      follow([], start + SECOND + shown * STEP);
      jobs.at(-1)?.owner.onResult(heard(partial));
    }
    let before = jobs.length;
    follow([{ kind: 'ended', start, end: now, reason, voiced, peak: 0.9, probabilities: [] }], now);
    for (const result of [final, again, rest]) {
      if (!result) continue;
      await until(() => jobs.length > before);
      before = jobs.length;
      if (result === 'lost') jobs.at(-1)?.owner.onLost({ reason: 'failed', attempts: 3 });
      else jobs.at(-1)?.owner.onResult(result);
    }
    await settled();
  };
  return { recognition, heardHow, follow, jobs, close, settled, dropped, empty, finals, partials, utter };
}

interface Uttered {
  readonly voiced?: number;
  readonly reason?: UtteranceEnd;
  readonly partial?: readonly number[];
  readonly final?: RecognitionResult | 'lost';
  readonly again?: RecognitionResult;
  readonly rest?: RecognitionResult | 'lost';
}
