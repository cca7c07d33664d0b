import { describe, expect, it } from 'vitest';
import { createCoverage } from '../src/engine/coverage.js';
import { runOnce } from '../src/engine/run-once.js';
import { shareInput } from '../src/engine/shared-input.js';
import { shrink } from '../src/engine/shrink.js';
import { mustHold, type FuzzTarget, type RunInput } from '../src/target.js';

function checked(run: RunInput) {
  const target: FuzzTarget = { longest: 4096, allowed: { ms: 60_000, msPerKiB: 0 }, prepare: () => run };
  return runOnce(target, shareInput(target.longest), createCoverage());
}

describe('a finding', () => {
  it('is an unexpected error, thrown at once or later, or a property that does not hold', async () => {
    const run = await checked((input) => {
      if (input[0] === 1) throw new RangeError('out of range');
      mustHold(input[0] !== 2, 'it is not 2');
      return input[0] === 3 ? Promise.reject(new TypeError('later')) : undefined;
    });
    expect(await run(Buffer.from([0]))).toBeUndefined();
    expect((await run(Buffer.from([1])))?.what).toContain('RangeError: out of range');
    expect((await run(Buffer.from([2])))?.what).toContain('BrokenProperty: it is not 2');
    expect((await run(Buffer.from([3])))?.what).toContain('TypeError: later');
  });

  it('is processor time beyond what is allowed', async () => {
    const target: FuzzTarget = {
      longest: 8,
      allowed: { ms: 1, msPerKiB: 0 },
      prepare: () => () => {
        const end = process.cpuUsage().user + 20_000;
        while (process.cpuUsage().user < end);
      },
    };
    const run = await runOnce(target, shareInput(8), createCoverage());
    expect((await run(Buffer.alloc(1)))?.kind).toBe('slow');
  });

  it('is shrunk to the least input that shows it', async () => {
    const run = await checked((input) => {
      mustHold(!input.includes('boom'), 'nothing goes off');
    });
    const input = Buffer.from(`${'a'.repeat(300)}boom${'b'.repeat(300)}`);
    const least = await shrink(input, async (smaller) => (await run(smaller)) !== undefined);
    expect(least.toString()).toBe('boom');
  });
});
