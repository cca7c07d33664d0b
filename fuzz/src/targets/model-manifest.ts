import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleIndexSchema } from '../../../packages/asr/dist/models/store/bundle.js';
import { readManifest } from '../../../packages/asr/dist/models/store/manifest.js';
import { scratchFolder } from '../scratch.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** Manifests of models, and indexes of bundles. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: usualTime,
  prepare: () => {
    const folder = scratchFolder();
    mkdirSync(folder, { recursive: true });
    return async (input) => {
      writeFileSync(join(folder, 'manifest.json'), input);
      const manifest = await readManifest(folder);
      for (const file of Object.keys(manifest?.files ?? {}))
        mustHold(
          !join('/models', file).includes('..') && join('/models', file).startsWith('/models/'),
          'every file lies in the folder of its model',
        );
      bundleIndexSchema.safeParse({ format: 1, models: [manifest] });
    };
  },
};
