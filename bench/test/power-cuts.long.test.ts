import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { measurePowerCuts } from '../src/benchmarks/power-cuts.js';
import { decodeClips } from '../src/clips/decode-clip.js';
import { readManifest } from '../src/clips/manifest.js';
import { continuousTracks } from '../src/load/continuous-tracks.js';
import { recorderMissing } from '../src/power-cuts/recorder.js';

const MANIFEST = fileURLToPath(new URL('../../packages/asr/test/clips/manifest.jsonl', import.meta.url));

const missing = recorderMissing();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)('a power failure in the middle', () => {
  it(
    'of finals, corrections, deletions, backups and rotations loses nothing confirmed and restores nothing destroyed',
    { timeout: 900_000 },
    async () => {
      const clips = await decodeClips(
        readManifest(MANIFEST, { kinds: ['read'], withSpeech: true, maxSeconds: 6 }),
      );
      const tracks = continuousTracks(clips, 3, 8);
      const results = await measurePowerCuts(
        tracks,
        { cuts: 210, starts: 2, speed: 8, seed: seed() },
        () => undefined,
      );
      expect(results.seen.finals).toBeGreaterThan(6);
      expect(results.seen.deletions).toBeGreaterThan(1);
      expect(results).toMatchObject({ reasons: {} });
    },
  );
});

/** Another one each time, told so that a run can be done again. */
function seed(): number {
  const chosen = 1 + Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${String(chosen)}`);
  return chosen;
}
