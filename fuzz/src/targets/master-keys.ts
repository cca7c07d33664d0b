import { loadMasterKeys } from '../../../packages/server/dist/records/master-keys.js';
import { scratchFile } from '../scratch.js';
import { mustHold, unlessRefusedLater, usualTime, type FuzzTarget } from '../target.js';

/** Files of master keys. */
export const target: FuzzTarget = {
  longest: 4_096,
  allowed: usualTime,
  prepare: () => {
    const write = scratchFile();
    return async (input) => {
      const masterKeyFile = write(input);
      const settings = { masterKeyFile, masterKeyCommand: undefined, dataDirectory: '' };
      const keys = await unlessRefusedLater(['ConfigError'], () => loadMasterKeys(settings, {}));
      if (keys !== undefined) mustHold(keys.current().bytes.length === 32, 'a master key has 32 bytes');
    };
  },
};
