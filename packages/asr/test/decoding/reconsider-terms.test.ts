import { expect, test } from 'vitest';
import { createDecoderBatch, type RowOutput } from '../../src/decoding/decoder-batch.js';
import {
  reconsiderTerms,
  reheard,
  unconsidered,
  type Reconsidered,
} from '../../src/decoding/reconsider-terms.js';
import type { Hypothesis } from '../../src/decoding/search.js';
import { plainRequest } from '../../src/decoding/speech-model.js';
import { createTermList } from '../../src/terms/term-list.js';
import { preferredWeightFormat } from '../../src/models/prepared-graphs.js';
import { decodeTogether } from '../support/greedy-decoding.js';
import { openPrepared } from '../support/published-moonshine.js';
import { loadSpeech } from '../support/speech.js';

test('when a part of a text is heard again, terms and alternatives of the rest stay with their words', () => {
  const former: Reconsidered = {
    ...unconsidered(said(1, 2, 3, 4, 5, 6), [1, 2, 3, 4, 5, 6, 0].map(outputOf)),
    replaced: [0, 2, 4].map((firstToken) => ({ firstToken, tokens: 1, logProbability: -0.1 * firstToken })),
    alternatives: [1, 3, 5].map((firstToken) => ({ firstToken, tokens: 1, text: `${firstToken}`, odds: -1 })),
    weighed: new Set(['one|other']),
  };
  const again = reheard({ former, from: 2 }, said(1, 2, 30, 31, 32, 5, 6), 2);
  expect(again.hypothesis.tokens).toEqual([1, 2, 30, 31, 32, 5, 6]);
  expect(again.replaced).toEqual([
    { firstToken: 0, tokens: 1, logProbability: -0 },
    { firstToken: 5, tokens: 1, logProbability: -0.4 },
  ]);
  expect(again.alternatives.map(({ firstToken, text }) => [firstToken, text])).toEqual([
    [1, '1'],
    [6, '5'],
  ]);
  expect(again.outputs.map((output) => output?.frame)).toEqual([
    ...[1, 2],
    ...[undefined, undefined, undefined],
    ...[5, 6, 0],
  ]);
  expect(again.weighed).toBe(former.weighed);
});

test('a text without an end token gets no term on the strength of an end, but still gets alternatives', async () => {
  const { heard, written, reconsider } = await hearFellowAmericans();
  expect(written(heard.tokens)).toMatch(/fellow Americans/);
  const ended = (stopped: Hypothesis['stopped'], endLogProbability: number) =>
    reconsider({ ...heard, logProbabilities: heard.tokens.map(() => -1), endLogProbability, stopped }, [], 1);
  for (const { hypothesis, alternatives } of [
    await ended('end', -1),
    await ended('repetition', -Infinity),
    await ended('length', -Infinity),
  ]) {
    expect(written(hypothesis.tokens)).toBe(written(heard.tokens));
    expect(alternatives.map((one) => one.text)).toContain('Amerigans');
    for (const { odds } of alternatives) expect(odds).toSatisfy(Number.isFinite);
  }
});

test('known outputs of the decoder give nearly the same odds as asking it again', async () => {
  const { heard, outputs, reconsider } = await hearFellowAmericans();
  const oddsWith = async (said: readonly RowOutput[]) => {
    const { alternatives } = await reconsider(heard, said, 100);
    return new Map(alternatives.map(({ text, odds }) => [text, odds]));
  };
  const asked = await oddsWith([]);
  const known = await oddsWith(outputs);
  expect(known.size).toBeGreaterThan(0);
  expect([...known.keys()]).toEqual([...asked.keys()]);
  // In int8, rounding depends on the other tokens that are read at the same time.
  for (const [text, odds] of known) expect(Math.abs(odds - (asked.get(text) ?? 0))).toBeLessThan(0.2);
});

/** What a model recognises in the beginning of a speech, and all that reconsidering terms for it needs. */
async function hearFellowAmericans() {
  const model = await openPrepared('moonshine-tiny', preferredWeightFormat());
  const { samples } = await loadSpeech('jfk/jfk');
  const { cross } = await model.encoder.encode(samples.subarray(0, 3 * 16_000));
  const batch = createDecoderBatch(model.decoder, model.geometry);
  const [tokens = []] = await decodeTogether(batch, model, [{ cross, prefix: [] }]);
  const text = tokens.map(({ token }) => token);
  const prompt = model.prompt(plainRequest, 'en', []);
  const { outputs } = await batch.prefill(cross, [...prompt, ...text], text.length + 1);
  return {
    heard: { ...said(...text), frames: tokens.map(({ frame }) => frame) },
    outputs,
    written: (some: readonly number[]) =>
      Buffer.concat(some.map((token) => model.textOf(token).bytes)).toString(),
    reconsider: (hypothesis: Hypothesis, known: readonly RowOutput[], allowance: number) => {
      const lists = [createTermList([{ text: 'Amerigans' }, { text: 'fellahs' }], () => allowance)];
      const expected = { lists, confusables: undefined };
      return reconsiderTerms(unconsidered(hypothesis, known), prompt, cross, expected, model, batch);
    },
  };
}

function said(...tokens: readonly number[]): Hypothesis {
  const logProbabilities = tokens.map(() => -0.5);
  return { tokens, logProbabilities, frames: tokens, endLogProbability: -0.1, stopped: 'end' };
}

function outputOf(frame: number) {
  return { frame, logits: new Float32Array(0) };
}
