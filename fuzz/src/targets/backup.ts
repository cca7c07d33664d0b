import { readBackup } from '../../../packages/server/dist/backup/backup-file.js';
import { scratchFile } from '../scratch.js';
import { mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';
import { fixedMasterKeys } from './fixed-master-keys.js';

/** Backups as they lie on disk, made by somebody who lacks the master key. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: { ms: 40, msPerKiB: 2 },
  share: 0.3,
  prepare: () => {
    const write = scratchFile();
    const masterKeys = fixedMasterKeys();
    return (input) =>
      unlessRefusedLater(['ConfigError', 'RequestError'], async () => {
        const { rows } = await readBackup(write(input), masterKeys);
        for await (const row of rows) mustHold(typeof row === 'object', 'a row is an object');
      });
  },
};
