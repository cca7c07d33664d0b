import { describe, expect, it } from 'vitest';
import { measurePowerCuts } from '../src/benchmarks/power-cuts.js';
import { recorderMissing } from '../src/power-cuts/recorder.js';

const missing = recorderMissing();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)('a power failure in the middle', () => {
  it('of commands loses nothing that they confirmed', { timeout: 300_000 }, async () => {
    const results = await measurePowerCuts([], { cuts: 60, starts: 0, speed: 1, seed: 1 }, () => undefined);
    expect(results).toMatchObject({ seen: { backups: 2, rotations: 1 }, reasons: {} });
  });
});
