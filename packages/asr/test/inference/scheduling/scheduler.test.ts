import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RecognizerEvent } from '../../../src/recognizer/recognizer.js';
import type { JobLoss, RecognitionRequest } from '../../../src/inference/inference-pool.js';
import { createScheduler, type Scheduler } from '../../../src/inference/scheduling/scheduler.js';
import { LEXICON, type RecognitionJob } from '../../../src/inference/messages/recognition-job.js';
import { plainRequest } from '../../../src/decoding/speech-model.js';
import { scriptSlots, type ScriptedSlot } from '../../support/scripted-slots.js';
import { unusedModel } from '../../support/unused-model.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the order of work', () => {
  test('finals go before partials, and oldest first', () => {
    const { submit, slots } = schedule(1);
    submit('partial', 'a');
    submit('partial', 'b');
    submit('final', 'c');
    submit('final', 'd');
    expect(givenTo(slots[0])).toEqual(['a', 'c']);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'c']);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'c', 'd']);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'c', 'd', 'b']);
  });

  test('finals that are late are decoded together, four at most', () => {
    const { submit, slots } = schedule(1);
    for (const stream of ['a', 'b', 'c', 'd', 'e', 'f']) submit('final', stream);
    expect(givenTo(slots[0])).toEqual(['a']);
    vi.advanceTimersByTime(2_100);
    submit('final', 'g');
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c', 'd']);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('finals of a flood are decoded together before they are late, six at most', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 9; i++) submit('final', `stream ${i}`);
    expect(givenTo(slots[0])).toEqual(['stream 0']);
    submit('final', 'stream 9');
    expect(givenTo(slots[0])).toHaveLength(4);
    for (let i = 10; i < 16; i++) submit('final', `stream ${i}`);
    expect(givenTo(slots[0])).toHaveLength(6);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toHaveLength(7);
  });

  test('of waiting partials, the one with the most unheard audio goes first', () => {
    const { submit, slots } = schedule(1);
    submit('final', 'at work');
    submit('partial', 'a', { unheardSeconds: 1 });
    submit('partial', 'b', { unheardSeconds: 3 });
    submit('partial', 'c', { unheardSeconds: 2 });
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['at work', 'b']);
  });

  test('a newer partial of a stream replaces one that waits, but not one at work', () => {
    const { submit, slots, outcomes } = schedule(1);
    submit('partial', 'a');
    const stale = submit('partial', 'b');
    submit('partial', 'c');
    const newer = submit('partial', 'b');
    const later = submit('partial', 'a');
    expect([stale.started, newer.started, later.started]).toEqual([false, false, false]);
    expect(outcomes).toEqual(['lost b#2']);
    for (let i = 0; i < 4; i++) slots[0]?.finish();
    expect(outcomes).toEqual(['lost b#2', 'result a#1', 'result c#3', 'result b#4', 'result a#5']);
    expect([newer.started, later.started]).toEqual([true, true]);
  });

  test('partials are delayed while finals are late, but still come', () => {
    const { submit, slots } = schedule(1);
    submit('final', 'a');
    vi.advanceTimersByTime(9_000);
    slots[0]?.finish();
    submit('partial', 'b');
    slots[0]?.finish();
    submit('partial', 'b');
    expect(givenTo(slots[0])).toEqual(['a', 'b']);
    submit('final', 'c');
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c']);
    // No other job comes, so that only the passing of time can start this one.
    vi.advanceTimersByTime(2_000);
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c', 'b']);
  });

  test('a promoted partial counts as a final, waiting or at work', () => {
    const { submit, slots } = schedule(1);
    const atWork = submit('partial', 'a');
    const waiting = submit('partial', 'b');
    waiting.promote();
    expect(slots[0]?.assigned.map(({ priority }) => priority)).toEqual(['partial', 'final']);
    atWork.promote();
    expect(slots[0]?.promoted).toEqual([1]);
    atWork.promote();
    expect(slots[0]?.promoted).toEqual([1]);
  });
});

describe('several processes', () => {
  test('share the streams, and each keeps its own', () => {
    const { submit, slots } = schedule(2);
    for (const stream of ['a', 'b', 'a', 'b']) {
      submit('final', stream);
      for (const slot of slots) slot.finish();
    }
    expect(slots.map(givenTo)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  test('take over a final whose process is busy or gone, and free the state that it kept', () => {
    const { submit, slots } = schedule(2);
    submit('final', 'a');
    submit('final', 'a');
    expect(slots.map(givenTo)).toEqual([['a'], ['a']]);
    expect(slots[0]?.forgotten).toEqual(['window of a']);
    for (const slot of slots) slot.finish();
    slots[1]?.setReady(false);
    submit('partial', 'a');
    expect(slots.map(givenTo)).toEqual([['a', 'a'], ['a']]);
  });

  test('leave a partial to the process that has its stream', () => {
    const { submit, slots } = schedule(2);
    submit('partial', 'a');
    submit('partial', 'b');
    slots[1]?.finish();
    submit('partial', 'c');
    expect(slots.map(givenTo)).toEqual([['a'], ['b']]);
    slots[0]?.finish();
    expect(slots.map(givenTo)).toEqual([['a', 'c'], ['b']]);
  });

  test('get no work until they are ready', () => {
    const { submit, slots, scheduler } = schedule(1);
    slots[0]?.setReady(false);
    submit('final', 'a');
    expect([scheduler.status().ready, scheduler.status().idle, scheduler.status().waiting.finals]).toEqual([
      false,
      false,
      1,
    ]);
    slots[0]?.setReady(true);
    expect(givenTo(slots[0])).toEqual(['a']);
    expect([scheduler.status().ready, scheduler.status().idle, scheduler.status().waiting.finals]).toEqual([
      true,
      false,
      0,
    ]);
  });
});

describe('a process that ends', () => {
  test('loses its partial, but not its final the first two times', () => {
    const { submit, slots, outcomes, events } = schedule(1);
    submit('partial', 'a');
    submit('final', 'b');
    slots[0]?.crash();
    expect(outcomes).toEqual(['lost a#1']);
    slots[0]?.crash();
    slots[0]?.finish();
    expect(outcomes).toEqual(['lost a#1', 'result b#2']);
    expect(events.filter(({ kind }) => kind === 'job-retried')).toHaveLength(2);
  });

  test('twice over a final has it decoded without terms and draft, as these may be the cause', () => {
    const { submit, slots } = schedule(1);
    submit('final', 'a', { draft: [1], lexicon: true, keyTerms: { name: 'named', count: 0, json: '[]' } });
    slots[0]?.crash();
    slots[0]?.crash();
    const given = slots[0]?.assigned.map(({ termLists, draft }) => ({ termLists, draft }));
    const whole = { termLists: ['named', LEXICON], draft: [1] };
    expect(given).toEqual([whole, whole, { termLists: [], draft: [] }]);
  });

  test('three times over a final, loses it', () => {
    const { submit, slots, outcomes, events } = schedule(1);
    submit('final', 'a');
    for (let i = 0; i < 3; i++) slots[0]?.crash();
    expect(outcomes).toEqual(['lost a#1']);
    expect(events.at(-1)).toEqual({ kind: 'job-lost', attempts: 3 });
    submit('final', 'a');
    slots[0]?.finish();
    expect(outcomes).toEqual(['lost a#1', 'result a#2']);
  });

  test('does not lose a promoted partial', () => {
    const { submit, slots, outcomes } = schedule(1);
    submit('partial', 'a').promote();
    slots[0]?.crash();
    slots[0]?.finish();
    expect(outcomes).toEqual(['result a#1']);
  });
});

describe('work in the background', () => {
  test('that continues no encoding is given out four at a time, and holds up no live work', () => {
    const { submit, slots } = schedule(1);
    for (const stream of ['a', 'b', 'c', 'd', 'e']) submit('background', stream, { keepState: false });
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c', 'd']);
    submit('partial', 'f');
    submit('final', 'g');
    expect(givenTo(slots[0])).toEqual(['a', 'b', 'c', 'd', 'f', 'g']);
  });

  test('that continues an encoding is done one at a time by the process that keeps it', () => {
    const { submit, slots } = schedule(2);
    for (const stream of ['a', 'a', 'b']) submit('background', stream);
    expect(slots.map(givenTo)).toEqual([['a'], ['b']]);
    slots[1]?.finish();
    expect(slots.map(givenTo)).toEqual([['a'], ['b']]);
    slots[0]?.finish();
    expect(slots.map(givenTo)).toEqual([['a', 'a'], ['b']]);
  });

  test('begins only where no live work waits or runs', () => {
    const { submit, slots } = schedule(1);
    submit('final', 'a');
    submit('background', 'b');
    submit('partial', 'c');
    submit('final', 'd');
    expect(givenTo(slots[0])).toEqual(['a']);
    slots[0]?.finish();
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'd', 'c']);
    slots[0]?.finish();
    expect(givenTo(slots[0])).toEqual(['a', 'd', 'c', 'b']);
  });

  test('leaves its process counted as idle', () => {
    const { submit, slots, scheduler } = schedule(1);
    submit('background', 'a');
    expect(scheduler.status().idle).toBe(true);
    submit('partial', 'b');
    expect(scheduler.status().idle).toBe(false);
    slots[0]?.setReady(false);
    submit('background', 'c');
    expect(scheduler.status().waiting).toEqual({ finals: 0, partials: 0 });
  });

  test('never counts as a late final, however long it takes', () => {
    const { submit, slots, scheduler, events } = schedule(1);
    submit('background', 'a');
    vi.advanceTimersByTime(60_000);
    expect(scheduler.status().finalDelaySeconds).toBe(0);
    slots[0]?.finish();
    expect(scheduler.status().finalDelaySeconds).toBe(0);
    expect(events.at(-1)).toMatchObject({ kind: 'job-finished', priority: 'background' });
  });

  test('is retried when its process ends, as a final is, and lost the third time', () => {
    const { submit, slots, outcomes, events } = schedule(1);
    submit('background', 'a');
    slots[0]?.crash();
    slots[0]?.crash();
    expect(givenTo(slots[0])).toEqual(['a', 'a', 'a']);
    slots[0]?.finish();
    submit('background', 'b');
    for (let i = 0; i < 3; i++) slots[0]?.crash();
    expect(outcomes).toEqual(['result a#1', 'lost b#2']);
    expect(events.at(-1)).toEqual({ kind: 'job-lost', attempts: 3 });
  });
});

describe('shares', () => {
  test('take turns, however many finals one of them has waiting', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 5; i++) submit('final', `crowd ${i}`, { share: ['clinic', 'crowd'] });
    submit('final', 'doctor', { share: ['clinic', 'doctor'] });
    submit('final', 'elsewhere', { share: ['practice', 'doctor'] });
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(400);
      slots[0]?.finish();
    }
    expect(givenTo(slots[0]).slice(0, 4)).toEqual(['crowd 0', 'elsewhere', 'doctor', 'crowd 1']);
  });

  test('still get room at a process that another share has filled', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 8; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    vi.advanceTimersByTime(2_100);
    submit('final', 'crowd 8', { share: ['crowd'] });
    expect(givenTo(slots[0])).toEqual(['crowd 0', 'crowd 1', 'crowd 2', 'crowd 3']);
    submit('final', 'doctor', { share: ['doctor'] });
    submit('final', 'other', { share: ['other'] });
    submit('final', 'third', { share: ['third'] });
    expect(givenTo(slots[0]).slice(4)).toEqual(['doctor', 'other']);
  });

  test('have a final started beside those of another share, even if only that one is late', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 4; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    vi.advanceTimersByTime(2_100);
    submit('partial', 'crowd 0', { share: ['crowd'] });
    expect(givenTo(slots[0])).toEqual(['crowd 0', 'crowd 1', 'crowd 2', 'crowd 3']);
    submit('final', 'doctor', { share: ['doctor'] });
    expect(givenTo(slots[0]).slice(4)).toEqual(['doctor']);
  });

  test('keep a crowd from filling the process while their final is at work', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 8; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    vi.advanceTimersByTime(2_100);
    submit('final', 'doctor', { share: ['doctor'] });
    expect(givenTo(slots[0])).toEqual(['crowd 0', 'doctor']);
    slots[0]?.finish(1);
    expect(givenTo(slots[0]).slice(2)).toEqual([]);
    slots[0]?.finish(9);
    expect(givenTo(slots[0]).slice(2)).toEqual(['crowd 1', 'crowd 2', 'crowd 3', 'crowd 4']);
  });

  test('with few finals each have one at work at the same time', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 2; i++) submit('final', `one ${i}`, { share: ['one'] });
    vi.advanceTimersByTime(2_100);
    submit('final', 'two 0', { share: ['two'] });
    expect(givenTo(slots[0])).toEqual(['one 0', 'two 0']);
    slots[0]?.finish(1);
    expect(givenTo(slots[0]).slice(2)).toEqual(['one 1']);
  });

  test('go before a crowd, within the process too, and their partials before its finals', () => {
    const { submit, slots } = schedule(1);
    for (let i = 0; i < 9; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    vi.advanceTimersByTime(2_100);
    submit('final', 'doctor', { share: ['doctor'] });
    for (let i = 9; i < 16; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    submit('partial', 'doctor', { share: ['doctor'] });
    expect(prioritiesAt(slots[0])).toEqual(['final', 'final-beside-crowd']);
    slots[0]?.finish(1);
    expect(givenTo(slots[0]).slice(2)).toEqual([]);
    slots[0]?.finish(10);
    expect(prioritiesAt(slots[0]).slice(2)).toEqual(['partial', ...Array<string>(6).fill('final')]);
    submit('partial', 'doctor', { share: ['doctor'] });
    for (let id = 2; id < 7; id++) slots[0]?.finish(id);
    expect(givenTo(slots[0])).toHaveLength(9);
    for (const id of [18, 7]) slots[0]?.finish(id);
    expect(givenTo(slots[0]).slice(9)).toEqual(['doctor', 'crowd 7', 'crowd 8', 'crowd 9', 'crowd 10']);
  });

  test('stop processes that only work for a crowd, so that their final has a core', () => {
    const { submit, slots } = schedule(3, { cores: 3 });
    for (let i = 0; i < 9; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    expect(slots.map((slot) => slot.isPaused())).toEqual([false, false, false]);
    submit('final', 'doctor', { share: ['doctor'] });
    vi.advanceTimersByTime(400);
    slots[1]?.finish();
    expect(slots.map(givenTo).map((given) => given.at(-1))).toEqual(['crowd 0', 'doctor', 'crowd 2']);
    // One core is left to the server.
    expect(slots.map((slot) => slot.isPaused())).toEqual([true, false, false]);
    slots[1]?.finish();
    expect(slots.map((slot) => slot.isPaused())).toEqual([false, false, false]);
  });

  test('stop processes that only work in the background, whoever has the final', () => {
    const { submit, slots } = schedule(2, { cores: 2 });
    for (const stream of ['one', 'other']) submit('background', stream, { keepState: false });
    expect(slots.map(givenTo)).toEqual([['one', 'other'], []]);
    submit('final', 'doctor');
    expect(slots.map(givenTo)).toEqual([['one', 'other'], ['doctor']]);
    expect(slots.map((slot) => slot.isPaused())).toEqual([true, false]);
    slots[1]?.finish();
    expect(slots.map((slot) => slot.isPaused())).toEqual([false, false]);
  });

  test('let a process that stopped for them work as long as it stood still', () => {
    const { submit, slots } = schedule(2, { cores: 2 });
    const isPaused = () => slots.map((slot) => slot.isPaused());
    for (let i = 0; i < 9; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    submit('final', 'doctor', { share: ['doctor'] });
    vi.advanceTimersByTime(400);
    slots[1]?.finish();
    expect(isPaused()).toEqual([true, false]);
    vi.advanceTimersByTime(1_900);
    expect(isPaused()).toEqual([true, false]);
    vi.advanceTimersByTime(200);
    expect(isPaused()).toEqual([false, false]);
    vi.advanceTimersByTime(1_700);
    submit('final', 'crowd 9', { share: ['crowd'] });
    expect(isPaused()).toEqual([false, false]);
    vi.advanceTimersByTime(300);
    submit('final', 'crowd 10', { share: ['crowd'] });
    expect(isPaused()).toEqual([true, false]);
  });

  test('take turns with partials, too', () => {
    const { submit, slots } = schedule(1);
    submit('final', 'at work', { share: ['doctor'] });
    submit('partial', 'a', { share: ['crowd'], unheardSeconds: 9 });
    submit('partial', 'b', { share: ['crowd'], unheardSeconds: 8 });
    submit('partial', 'c', { share: ['quiet'], unheardSeconds: 1 });
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(100);
      slots[0]?.finish();
    }
    expect(givenTo(slots[0])).toEqual(['at work', 'a', 'c', 'b']);
  });

  test('that are late through their own load add no delay to others', () => {
    const { submit, slots, scheduler } = schedule(1);
    for (let i = 0; i < 4; i++) submit('final', `crowd ${i}`, { share: ['crowd'] });
    vi.advanceTimersByTime(9_000);
    slots[0]?.finish();
    slots[0]?.finish();
    expect([['crowd'], ['doctor']].map((share) => scheduler.status(share).finalDelaySeconds)).toEqual([9, 0]);
  });
});

describe('a stream that sends faster than real time', () => {
  test('has its finals before background work, and behind live work until they are due in real time', () => {
    const { submit, slots } = schedule(1);
    submit('background', 'recording', { keepState: false });
    submit('final', 'at work');
    submit('final', 'fast', { aheadSeconds: 60 });
    submit('background', 'other recording', { keepState: false });
    slots[0]?.finish(2);
    expect(givenTo(slots[0])).toEqual(['recording', 'at work', 'fast']);
    expect(slots[0]?.assigned.map(({ priority }) => priority)).toEqual(['background', 'final', 'background']);
    submit('partial', 'live');
    submit('final', 'live');
    expect(givenTo(slots[0]).slice(3)).toEqual(['live', 'live']);
    submit('final', 'fast too', { aheadSeconds: 60 });
    vi.advanceTimersByTime(60_001);
    expect(slots[0]?.promoted).toEqual([3]);
  });

  test('is served at once, with several finals together, where no other stream speaks', () => {
    const { submit, slots, scheduler } = schedule(1);
    for (let i = 0; i < 6; i++) submit('final', `fast ${i}`, { aheadSeconds: 60 });
    expect(givenTo(slots[0])).toEqual(['fast 0']);
    vi.advanceTimersByTime(2_100);
    submit('partial', 'fast', { aheadSeconds: 60 });
    expect(givenTo(slots[0])).toEqual(['fast 0', 'fast 1', 'fast 2', 'fast 3']);
    expect([scheduler.status().idle, scheduler.status().finalDelaySeconds]).toEqual([true, 0]);
    for (let i = 0; i < 7; i++) slots[0]?.finish();
    expect(givenTo(slots[0]).slice(4)).toEqual(['fast 4', 'fast 5', 'fast']);
  });
});

test('no final waits while a process is free, no share starves, and streams keep their order', () => {
  const job = fc.record({
    share: fc.constantFrom(['a', '1'], ['a', '2'], ['b', '1'], []),
    priority: fc.constantFrom('final' as const, 'partial' as const, 'background' as const),
    aheadSeconds: fc.constantFrom(0, 0, 5, 50),
    newSeconds: fc.integer({ min: 1, max: 15 }),
  });
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 60, size: 'max' }), (jobs) => {
      const { submit, slots, outcomes, scheduler } = schedule(2);
      for (const [index, { priority, ...changes }] of jobs.entries()) {
        submit(priority, `${priority} of ${changes.share.join()} ${changes.aheadSeconds}`, {
          ...changes,
          keepState: false,
        });
        if (index % 3 === 0) {
          vi.advanceTimersByTime(changes.newSeconds * 100);
          slots[index % 2]?.finish();
        }
        const working = slots.some(({ jobs }) => jobs.size > 0);
        expect(working || scheduler.status().waiting.finals === 0).toBe(true);
      }
      for (let i = 0; i < 2 * jobs.length; i++) {
        vi.advanceTimersByTime(2_000);
        for (const slot of slots) slot.finish();
      }
      expect(scheduler.status().waiting).toEqual({ finals: 0, partials: 0 });
      expect(outcomes).toHaveLength(jobs.length);
      for (const { assigned } of slots)
        for (const window of new Set(assigned.map((one) => one.window))) {
          const ids = assigned.filter((one) => one.window === window && one.priority === 'final');
          expect(ids.map(({ id }) => id)).toEqual(ids.map(({ id }) => id).sort((a, b) => a - b));
        }
    }),
    { numRuns: 50 },
  );
});

test('a cancelled job reports nothing, whether it waits or is at work', () => {
  const { submit, slots, outcomes } = schedule(1);
  const atWork = submit('final', 'a');
  const waiting = submit('final', 'b');
  waiting.cancel();
  atWork.cancel();
  atWork.cancel();
  expect(slots[0]?.cancelled).toEqual([1]);
  slots[0]?.crash();
  expect(outcomes).toEqual([]);
  expect(givenTo(slots[0])).toEqual(['a']);
});

test('the delay of finals is that of the oldest waiting final, or of recent ones', () => {
  const { submit, slots, scheduler } = schedule(1);
  submit('partial', 'a');
  vi.advanceTimersByTime(9_000);
  expect(scheduler.status().finalDelaySeconds).toBe(0);
  submit('final', 'b');
  vi.advanceTimersByTime(2_000);
  expect(scheduler.status().finalDelaySeconds).toBeCloseTo(2);
  slots[0]?.finish(2);
  expect(scheduler.status().finalDelaySeconds).toBeCloseTo(2);
  vi.advanceTimersByTime(60_000);
  expect(scheduler.status().finalDelaySeconds).toBe(0);
});

test('a job without a result gives the reason: replaced, all attempts failed, or process ended', () => {
  const { submit, slots, losses } = schedule(1);
  submit('final', 'a');
  submit('partial', 'b');
  submit('partial', 'b');
  for (let attempt = 0; attempt < 4; attempt++) slots[0]?.crash();
  expect(losses).toEqual([
    { reason: 'replaced' },
    { reason: 'failed', attempts: 3 },
    { reason: 'interrupted' },
  ]);
});

test('a closed scheduler gives out no more work', async () => {
  const { submit, slots, scheduler, outcomes } = schedule(1);
  submit('final', 'a');
  await scheduler.close();
  slots[0]?.crash();
  expect(outcomes).toEqual([]);
  expect(givenTo(slots[0])).toEqual(['a']);
});

test('every final and background job has one outcome, whatever ends, and no final waits for a free process', () => {
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        submit: fc.constantFrom('final' as const, 'partial' as const, 'background' as const),
        stream: fc.integer({ min: 0, max: 4 }),
        keepState: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ finish: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ crash: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 800 }) }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
      const { submit, slots, outcomes, events, scheduler } = schedule(3);
      let sure = 0;
      for (const each of actions) {
        if ('submit' in each) {
          submit(each.submit, String(each.stream), { keepState: each.keepState });
          if (each.submit !== 'partial') sure++;
        } else if ('finish' in each) slots[each.finish]?.finish();
        else if ('crash' in each) slots[each.crash]?.crash();
        else vi.advanceTimersByTime(each.pass);
        const free = slots.filter(({ jobs }) =>
          [...jobs.values()].every(({ priority }) => priority !== 'final'),
        );
        expect(scheduler.status().waiting.finals === 0 || free.length === 0).toBe(true);
      }
      while (slots.some(({ jobs }) => jobs.size > 0)) for (const slot of slots) slot.finish();
      expect(scheduler.status().waiting.finals).toBe(0);
      expect(new Set(outcomes).size).toBe(outcomes.length);
      const finished = events.filter(
        (event) => event.kind === 'job-finished' && event.priority !== 'partial',
      );
      const lost = events.filter(({ kind }) => kind === 'job-lost');
      expect(finished.length + lost.length).toBe(sure);
      expect(events.filter(({ kind }) => kind === 'job-retried').length).toBeGreaterThanOrEqual(
        lost.length * 2,
      );
    }),
  );
});

/** A scheduler over scripted slots, and what came of its jobs: `result` or `lost`, the stream and the number. */
function schedule(workers: number, { cores = 1024 } = {}) {
  const { slots, create } = scriptSlots();
  const events: RecognizerEvent[] = [];
  const outcomes: string[] = [];
  const losses: JobLoss[] = [];
  const scheduler: Scheduler = createScheduler(
    {
      workers,
      model: { model: unusedModel, graphs: { encoderPath: '', decoderPath: '' }, device: 'cpu' },
      memoryLimitBytes: Infinity,
      timeoutSeconds: Infinity,
      lexicon: false,
      lexiconContext: false,
      cacheDirectory: '',
      onEvent: (event) => events.push(event),
      onLoadFailed: () => undefined,
      onWorkerReady: () => undefined,
    },
    create,
    cores,
  );
  let submitted = 0;
  const submit = (
    priority: RecognitionRequest['priority'],
    stream: string,
    changes: Partial<RecognitionRequest> = {},
  ) => {
    const name = `${stream}#${++submitted}`;
    return scheduler.submit(
      {
        stream,
        priority,
        window: `window of ${stream}`,
        audio: { from: 0, to: 16_000, silenceAhead: 0, speed: 1 },
        prefix: [],
        draft: [],
        share: [],
        aheadSeconds: 0,
        unheardSeconds: 1,
        newSeconds: 1,
        keepState: true,
        decoding: plainRequest,
        keyTerms: undefined,
        lexicon: false,
        ...(priority === 'partial' ? { replaces: stream } : {}),
        ...changes,
      },
      {
        audio: () => new Int16Array(0),
        onResult: () => outcomes.push(`result ${name}`),
        onLost(loss) {
          outcomes.push(`lost ${name}`);
          losses.push(loss);
        },
      },
    );
  };
  return { scheduler, slots, events, outcomes, losses, submit };
}

/** The streams whose jobs a slot was given, in order. */
function givenTo(slot: ScriptedSlot | undefined): readonly string[] {
  return slot?.assigned.map(({ window = '' }) => window.replace('window of ', '')) ?? [];
}

/** How urgent the jobs were that a slot was given, in order. */
function prioritiesAt(slot: ScriptedSlot | undefined): readonly RecognitionJob['priority'][] {
  return slot?.assigned.map(({ priority }) => priority) ?? [];
}
