import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importBundle } from '../../../packages/asr/dist/models/store/import-bundle.js';
import { openStore } from '../../../packages/asr/dist/models/store/model-store.js';
import { scratchFile, scratchFolder } from '../scratch.js';
import { mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';

/** Bundles of models: archives from elsewhere. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: { ms: 60, msPerKiB: 5 },
  share: 0.1,
  prepare: () => {
    const write = scratchFile();
    const folder = scratchFolder();
    const directory = join(folder, 'store', 'models');
    return async (input) => {
      await unlessRefusedLater(['SpeechError'], () =>
        importBundle(write(input), openStore({ directory, offline: true })),
      );
      mustHold(!existsSync(join(folder, 'escaped')), 'nothing is written outside the store');
    };
  },
};
