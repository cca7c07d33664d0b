import { loadConfig } from '@auscult/server';
import { scratchFile } from '../scratch.js';
import { unlessRefused, type FuzzTarget } from '../target.js';

/** Configuration files. */
export const target: FuzzTarget = {
  longest: 8_192,
  // Each unknown name is compared with all known ones. That may take long, since only the operator writes this file.
  allowed: { ms: 60, msPerKiB: 10 },
  share: 0.2,
  prepare: () => {
    const write = scratchFile();
    return (input) => {
      unlessRefused(['ConfigError'], () => loadConfig({ flags: {}, environment: {}, file: write(input) }));
    };
  },
};
