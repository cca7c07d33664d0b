import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Tensor } from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { moonshineTokenText } from '../../../src/families/moonshine/moonshine-text.js';
import { preferredWeightFormat } from '../../../src/models/prepared-graphs.js';
import type { RecognitionJob, RecognitionResult } from '../../../src/inference/messages/recognition-job.js';
import { spellWords } from '../../../src/text/words.js';
import type { SpeechModel } from '../../../src/decoding/speech-model.js';
import { finalJob, startEngine } from '../../support/job-engine.js';
import { openPrepared, type PreparedMoonshine } from '../../support/published-moonshine.js';
import { loadSpeech, wordErrorRate, type Speech } from '../../support/speech.js';
import { until } from '../../support/until.js';

let model: PreparedMoonshine;
let clip: Speech;
beforeAll(async () => {
  model = await openPrepared('moonshine-tiny', preferredWeightFormat());
  clip = await loadSpeech('librispeech/367-130732-0001');
});

test('waiting jobs are recognised together, each with its own words', async () => {
  const { engine, results } = start();
  for (const id of [1, 2, 3]) engine.add(...job(id));
  await until(() => results.size === 3);
  for (const result of results.values()) {
    expect(result.stopped).toBe('end');
    expect(wordErrorRate(clip.text, spell(result))).toBeLessThan(0.3);
    expect(result.heardAt).toHaveLength(result.tokens.length);
    expect(Math.max(...result.heardAt)).toBeLessThan(clip.samples.length / 16_000);
  }
});

test('finals finish before earlier partials', async () => {
  const { engine, results } = start();
  engine.add(...job(1));
  engine.add(...job(2, { priority: 'partial' }));
  engine.add(...job(3, { priority: 'partial' }));
  engine.add(...job(4));
  engine.promote(3);
  await until(() => results.size === 4);
  expect([...results.keys()].at(-1)).toBe(2);
});

test('a final beside a crowd finishes before earlier finals, though they are at work', async () => {
  const { engine, results, begun } = start();
  for (const id of [1, 2, 3, 4]) engine.add(...job(id));
  await until(() => begun() === 4);
  engine.add(...job(5, { priority: 'final-beside-crowd' }));
  await until(() => results.size === 5);
  expect([...results.keys()][0]).toBe(5);
  for (const result of results.values()) expect(wordErrorRate(clip.text, spell(result))).toBeLessThan(0.3);
});

test('a paused engine works neither on its jobs nor on new ones until it is told to go on', async () => {
  const { engine, results, begun } = start();
  engine.add(...job(1));
  await until(() => begun() === 1);
  engine.pause();
  engine.add(...job(2));
  const other = start();
  other.engine.add(...job(1));
  await until(() => other.results.size === 1);
  expect([results.size, begun()]).toEqual([0, 1]);
  engine.goOn();
  await until(() => results.size === 2);
});

test('a cancelled job has no result at any stage, and the others finish', async () => {
  const { engine, results } = start();
  for (const id of [1, 2, 3]) engine.add(...job(id));
  engine.cancel(3);
  // At work: the first job is being encoded by now.
  await new Promise((resolve) => setImmediate(resolve));
  engine.cancel(1);
  await until(() => results.has(2));
  engine.cancel(2);
  engine.add(...job(4));
  await until(() => results.has(4));
  expect([...results.keys()]).toEqual([2, 4]);
});

test('only the job that uses a long list of terms waits for it', async () => {
  const { engine, results } = start();
  engine.add(...job(0));
  await until(() => results.has(0));
  const many = Array.from({ length: 2000 }, (_, number) => ({
    text: `zorblax ${number}`,
    soundsLike: ['zor'],
  }));
  engine.learn('many', many);
  engine.learn('few', [{ text: 'zorblax' }]);
  engine.add(...job(1, { termLists: ['many'] }));
  engine.add(...job(2, { termLists: ['few'] }));
  engine.add(...job(3));
  engine.learn('left', many);
  engine.unlearn('left');
  engine.add(...job(4, { termLists: ['left'] }));
  await until(() => results.size === 5);
  expect([...results.keys()].at(-1)).toBe(1);
});

test('a result has no more tokens than fit into the time of its audio', async () => {
  const { engine, results } = start();
  engine.add(...job(1, { newSeconds: 0.5 }));
  await until(() => results.has(1));
  expect(results.get(1)).toMatchObject({ stopped: 'length', endLogProbability: -Infinity });
  expect(results.get(1)?.tokens.length).toBeLessThanOrEqual(7);
});

test('a window continues from its encoder state, or starts anew once that is forgotten', async () => {
  const { engine, results } = start();
  const beginning = Int16Array.from(toPcm(clip).subarray(0, 40_000));
  engine.add(...finalJob(1, beginning));
  await until(() => results.has(1));
  engine.add(...job(2));
  await until(() => results.has(2));
  engine.forget('window');
  engine.add(...job(3));
  await until(() => results.has(3));
  for (const id of [2, 3]) {
    const result = results.get(id);
    expect(wordErrorRate(clip.text, result ? spell(result) : '')).toBeLessThan(0.3);
  }
});

test('the encoder output of a job is released once the batch has it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const given: WeakRef<Tensor>[] = [];
  const heldAtEncoding: number[] = [];
  const watched: PreparedMoonshine = {
    ...model,
    encoder: {
      async encode(audio, earlier) {
        // References made or read since the last turn of the event loop are held.
        await new Promise((resolve) => setImmediate(resolve));
        collect();
        heldAtEncoding.push(given.filter((tensor) => tensor.deref()).length);
        const encoded = await model.encoder.encode(audio, earlier);
        for (const tensor of encoded.cross.tensors.values()) given.push(new WeakRef(tensor));
        return encoded;
      },
    },
  };
  const { engine, results } = start(watched);
  for (const id of [1, 2, 3]) engine.add(...job(id));
  await until(() => results.size === 3);
  // A job alone is decoded from what the encoder gave; with the second the batch makes tensors for both.
  expect(heldAtEncoding).toEqual([0, given.length / 3, 0]);
});

function start(speechModel: SpeechModel = model) {
  return startEngine(speechModel);
}

function job(id: number, changes: Partial<RecognitionJob> = {}) {
  return finalJob(id, toPcm(clip), changes);
}

function toPcm({ samples }: Speech): Int16Array {
  return Int16Array.from(samples, (sample) => sample * 32_767);
}

function spell({ tokens, logProbabilities }: RecognitionResult): string {
  return spellWords(tokens, logProbabilities, moonshineTokenText)
    .map(({ text }) => text)
    .join(' ');
}
