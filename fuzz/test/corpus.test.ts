import { describe, expect, it } from 'vitest';
import { readCorpus } from '../src/engine/corpus-files.js';
import { instrument } from '../src/engine/instrument.js';
import { mutate } from '../src/engine/mutate.js';
import { createRandom } from '../src/engine/random.js';
import { openTarget, targetNames } from '../src/targets.js';

describe('the corpora', () => {
  it.each(targetNames)('%s: every input of the corpus passes', async (name) => {
    const target = await openTarget(name);
    const run = await target.prepare();
    const corpus = readCorpus(name);
    expect(corpus.length).toBeGreaterThan(0);
    for (const input of corpus) await run(input);
  });
});

describe('the fuzzer', () => {
  it('counts the places that a module reaches', async () => {
    const counters = new Uint8Array(16);
    const registry = { addModule: () => counters };
    Object.assign(globalThis, { [Symbol.for('auscult.fuzz.coverage')]: registry });
    const source =
      'export const sign = (n) => { if (n < 0) return -1; else if (n > 0 && n < 9) return 1; return 0; };';
    const code = Buffer.from(instrument(source, 'sign.js')).toString('base64');
    const { sign } = (await import(`data:text/javascript;base64,${code}`)) as {
      readonly sign: (n: number) => number;
    };
    const placesOf = (n: number): string => {
      counters.fill(0);
      sign(n);
      return counters.join();
    };
    expect([sign(-3), sign(5), sign(10)]).toEqual([-1, 1, 0]);
    expect(new Set([placesOf(-3), placesOf(5), placesOf(10), placesOf(0)]).size).toBe(4);
    expect(placesOf(-3)).toBe(placesOf(-4));
  });

  it('mutates reproducibly by its seed, within the limit, and does not change its material', () => {
    const input = Buffer.from('{"type":"configure","sampleRate":48000}');
    const before = Buffer.from(input);
    const draw = (): readonly string[] => {
      const random = createRandom(7);
      const material = { random, literals: [Buffer.from('words')], longest: 64, other: () => input };
      return Array.from({ length: 2000 }, () => mutate(input, material).toString('hex'));
    };
    const drawn = draw();
    expect(draw()).toEqual(drawn);
    expect(input.equals(before)).toBe(true);
    expect(Math.max(...drawn.map(({ length }) => length / 2))).toBeLessThanOrEqual(64);
    expect(new Set(drawn).size).toBeGreaterThan(1000);
  });
});
