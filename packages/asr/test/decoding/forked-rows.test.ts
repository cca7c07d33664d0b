import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createDecoderBatch, type Feed, type RowOutput } from '../../src/decoding/decoder-batch.js';
import type { SpeechModel } from '../../src/decoding/speech-model.js';
import type { CrossAttention } from '../../src/decoding/stream-encoder.js';
import { prefill } from '../support/greedy-decoding.js';
import { makeRandomWhisper, openPreparedWhisper } from '../support/prepared-whisper.js';
import { loadSpeech } from '../support/speech.js';

/** float32 graphs compute the same for a row in any place, except for the order of sums. Logits are within ±10. */
const TOLERANCE = 0.005;

let model: SpeechModel;
/** Audio of three lengths. */
let heard: readonly CrossAttention[];
beforeAll(async () => {
  const folder = await makeRandomWhisper({ precisions: ['float32'] });
  model = await openPreparedWhisper(folder, 'float32');
  const { samples } = await loadSpeech('jfk/jfk');
  const encoded = [0.5, 1.2, 2].map((seconds) => model.encoder.encode(samples.subarray(0, seconds * 16_000)));
  heard = (await Promise.all(encoded)).map(({ cross }) => cross);
  await rm(folder, { recursive: true });
});

/** Rows that joined together: they share their audio, and each has read other tokens. */
interface Group {
  readonly cross: CrossAttention;
  readonly rows: Map<number, readonly number[]>;
}

test('a row gives the same output as alone, whatever rows join, fork, are reordered and leave', async () => {
  const token = fc.integer({ min: 0, max: 399 });
  const action = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        rows: fc.integer({ min: 1, max: 4 }),
        audio: fc.nat(2),
        prompt: fc.array(token, { minLength: 1, maxLength: 5 }),
        draft: fc.array(token, { maxLength: 4 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        tokens: fc.array(token, { minLength: 12, maxLength: 12 }),
        from: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ leave: fc.nat() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 6, maxLength: 20 }), async (actions) => {
      const batch = createDecoderBatch(model.decoder, model.geometry);
      let groups: Group[] = [];
      let nextRow = 0;
      for (const each of actions) {
        if ('rows' in each) {
          const cross = heard[each.audio];
          if (!cross) continue;
          const rows = Array.from({ length: each.rows }, () => nextRow++);
          const { prompt, draft } = each;
          const prefill = await batch.prefill(cross, [...prompt, ...draft], draft.length + 1);
          for (const [confirmed, output] of prefill.outputs.entries())
            await expectAsAlone(output, cross, [...prompt, ...draft.slice(0, confirmed)]);
          batch.join(rows, prefill, prompt.length);
          groups.push({ cross, rows: new Map(rows.map((row) => [row, prompt])) });
        } else if ('leave' in each) {
          const rows = groups.flatMap((group) => [...group.rows.keys()]);
          const row = rows[each.leave % rows.length];
          if (row === undefined) continue;
          batch.leave(row);
          for (const group of groups) group.rows.delete(row);
          groups = groups.filter((group) => group.rows.size > 0);
        } else if (groups.length > 0) {
          const feeds = new Map<number, Feed>();
          for (const { rows } of groups) {
            const before = new Map(rows);
            for (const row of before.keys()) {
              const fed = feeds.size;
              const sources = [...before.keys()];
              const from = sources[(each.from[fed % 12] ?? 0) % sources.length] ?? row;
              const next = each.tokens[fed % 12] ?? 0;
              feeds.set(row, { token: next, from });
              rows.set(row, [...(before.get(from) ?? []), next]);
            }
          }
          const outputs = await batch.step(feeds);
          expect(new Set(outputs.keys())).toEqual(new Set(feeds.keys()));
          for (const { cross, rows } of groups) {
            for (const [row, tokens] of rows) await expectAsAlone(outputs.get(row), cross, tokens);
          }
        }
        expect(batch.size).toBe(groups.reduce((sum, { rows }) => sum + rows.size, 0));
      }
    }),
    { numRuns: 15 },
  );
});

test('a single row can read several tokens at a time and take some back', async () => {
  const token = fc.integer({ min: 0, max: 399 });
  const action = fc.record({ tokens: fc.array(token, { minLength: 1, maxLength: 5 }), back: fc.nat(4) });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 6 }), fc.nat(2), async (actions, audio) => {
      const cross = heard[audio];
      if (!cross) return;
      const batch = createDecoderBatch(model.decoder, model.geometry);
      let read: readonly number[] = [1, 2];
      await prefill(batch, [5], cross, read);
      for (const { tokens, back } of actions) {
        for (const [index, output] of (await batch.stepAlong(tokens)).entries())
          await expectAsAlone(output, cross, [...read, ...tokens.slice(0, index + 1)]);
        read = [...read, ...tokens].slice(0, read.length + Math.max(1, tokens.length - back));
        batch.rewind(Math.min(back, tokens.length - 1));
      }
      const next = (await batch.step(new Map([[5, { token: 7, from: 5 }]]))).get(5);
      await expectAsAlone(next, cross, [...read, 7]);
    }),
    { numRuns: 10 },
  );
});

test('a row can read several tokens at a time after rows with more audio have left', async () => {
  const [, shorter, longer] = heard;
  if (!shorter || !longer) throw new Error('too little was heard');
  const batch = createDecoderBatch(model.decoder, model.geometry);
  await prefill(batch, [1], shorter, [1, 2]);
  await prefill(batch, [2], longer, [3]);
  await batch.step(new Map([1, 2].map((row) => [row, { token: 4, from: row }])));
  batch.leave(2);
  const [first, second] = await batch.stepAlong([5, 6]);
  await expectAsAlone(first, shorter, [1, 2, 4, 5]);
  await expectAsAlone(second, shorter, [1, 2, 4, 5, 6]);
});

test('the frames of rows that join together are counted for each row', async () => {
  const [cross] = heard;
  if (!cross) throw new Error('nothing was heard');
  const batch = createDecoderBatch(model.decoder, model.geometry);
  await prefill(batch, [7], cross, [1]);
  await prefill(batch, [1, 2, 3], cross, [1, 2]);
  expect(batch.size).toBe(4);
  expect(batch.frames).toBe(4 * cross.frames);
  for (const row of [1, 2, 3, 7]) batch.leave(row);
  expect(batch.frames).toBe(0);
});

test('branches that are read side by side give the same output as each alone', async () => {
  const token = fc.integer({ min: 0, max: 399 });
  const branch = fc.record({ from: fc.nat(), tokens: fc.array(token, { minLength: 1, maxLength: 5 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2),
      fc.array(token, { minLength: 1, maxLength: 8 }),
      fc.array(branch, { minLength: 1, maxLength: 5 }),
      async (audio, read, wanted) => {
        const cross = heard[audio];
        if (!cross) return;
        const batch = createDecoderBatch(model.decoder, model.geometry);
        const prefill = await batch.prefill(cross, read);
        const branches = wanted.map(({ from, tokens }) => ({ from: from % (read.length + 1), tokens }));
        const outputs = await batch.prefillBranches(prefill, branches);
        for (const [index, { from, tokens }] of branches.entries()) {
          for (const [place, output] of (outputs[index] ?? []).entries())
            await expectAsAlone(output, cross, [...read.slice(0, from), ...tokens.slice(0, place + 1)]);
        }
        expect(outputs.map(({ length }) => length)).toEqual(branches.map(({ tokens }) => tokens.length));
      },
    ),
    { numRuns: 20 },
  );
});

test('branches can continue from any beginning of what a row has read, beside other rows', async () => {
  const token = fc.integer({ min: 0, max: 399 });
  const tokens = fc.array(token, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(tokens, tokens),
      fc.array(fc.tuple(token, token), { maxLength: 3 }),
      fc.nat(),
      tokens,
      async (prompts, steps, kept, branch) => {
        const batch = createDecoderBatch(model.decoder, model.geometry);
        const rows = prompts.map((prompt, id) => ({ id, cross: heard[id], read: prompt }));
        for (const { id, cross, read } of rows) if (cross) await prefill(batch, [id], cross, read);
        for (const next of steps) {
          await batch.step(new Map(next.map((each, id) => [id, { token: each, from: id }])));
          for (const row of rows) row.read = [...row.read, next[row.id] ?? 0];
        }
        for (const { id, cross, read } of rows) {
          if (!cross) continue;
          const beginning = read.slice(0, 1 + (kept % read.length));
          const prefill = batch.prefillOf(id, cross, beginning);
          expect(prefill.tokens).toEqual(beginning);
          const [outputs] = await batch.prefillBranches(prefill, [
            { from: beginning.length, tokens: branch },
          ]);
          for (const [place, output] of (outputs ?? []).entries())
            await expectAsAlone(output, cross, [...beginning, ...branch.slice(0, place + 1)]);
          expect(outputs).toHaveLength(branch.length);
        }
      },
    ),
    { numRuns: 15 },
  );
});

/** Compares an output with that of a row that reads all tokens at once, alone in its batch. */
async function expectAsAlone(
  output: RowOutput | undefined,
  cross: CrossAttention,
  tokens: readonly number[],
): Promise<void> {
  const alone = await prefill(createDecoderBatch(model.decoder, model.geometry), [0], cross, tokens);
  const differences = alone.logits.map((logit, index) => Math.abs(logit - (output?.logits[index] ?? NaN)));
  expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  expect(output?.frame).toBe(alone.frame);
}
