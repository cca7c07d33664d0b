import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { measureChaos } from '../src/benchmarks/chaos.js';
import { clusterMissing } from '../src/server/programs.js';
import type { Broken } from '../src/chaos/promises.js';
import { decodeClips } from '../src/clips/decode-clip.js';
import { readManifest } from '../src/clips/manifest.js';
import { MANIFEST } from './support/bench.js';

const missing = clusterMissing();
if (missing !== undefined) console.warn(`chaos is skipped: ${missing}`);

describe.skipIf(missing !== undefined)('a cluster whose parts break', () => {
  // Two of each instead of three: what two cores carry beside other tests.
  it('keeps its promises for three minutes', { timeout: 1_200_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-chaos-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const clips = await decodeClips(readManifest(MANIFEST, { kinds: ['read'], maxSeconds: 20 }));
    const results = await measureChaos(
      clips,
      {
        minutes: 3,
        seed: 1,
        servers: 2,
        machines: 2,
        streams: 2,
        callers: 1,
        uploadSeconds: 20,
        history: join(folder, 'history.jsonl'),
        isFolderKept: false,
      },
      () => undefined,
    );
    expect(results.why.filter((one) => !isLeftByFormerHolder(one))).toEqual([]);
    expect(results.recordings).toBeGreaterThan(1);
    expect(results.acknowledgedSeconds).toBeGreaterThan(60);
  });
});

/** What a server has journalled of a session after another had taken it stays until that server is restarted. */
function isLeftByFormerHolder({ who }: Broken): boolean {
  return who.startsWith('stream AUSCULT_JOURNAL') || who === 'that nothing waits in JetStream';
}
