import { EventEmitter } from 'node:events';
import type { Problem, Transcriber } from '@auscult/client';
import { expect, test } from 'vitest';
import { NOT_STARTED, type Levels } from '../../src/page/recording/recording-state.js';
import { showTranscriber } from '../../src/page/recording/show-transcriber.js';
import { observable } from '../../src/page/state/observable.js';
import type { Line } from '../../src/page/transcript/line.js';

test.each<[Problem['code'], 'over' | 'shown']>([
  ['upgrade_blocked', 'over'],
  ['wrong_address', 'over'],
  ['microphone_lost', 'over'],
  ['buffer_full', 'shown'],
])('when the recording goes on, %s is %s', (code, then) => {
  const events = new EventEmitter();
  const state = observable(NOT_STARTED);
  showTranscriber(events as unknown as Transcriber, {
    state,
    levels: observable<Levels>([]),
    lines: observable<readonly Line[]>([]),
    warned: new Set(),
    recording: 'first',
    offset: 0,
    elapsed: () => 0,
    isCurrent: () => true,
  });
  const problem = { code, message: 'It did not work.' };
  events.emit('problem', problem);
  expect(state.value.problem).toEqual(problem);
  events.emit('state', { kind: 'listening' });
  expect(state.value.problem).toEqual(then === 'over' ? undefined : problem);
});
