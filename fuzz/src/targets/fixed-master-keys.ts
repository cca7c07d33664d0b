import { masterKeyId, type MasterKeys } from '../../../packages/server/dist/records/master-keys.js';

/** One key, of zeros. */
export function fixedMasterKeys(): MasterKeys {
  const bytes = Buffer.alloc(32);
  const key = { id: masterKeyId(bytes), bytes };
  return {
    source: 'zeros',
    current: () => key,
    all: () => [key],
    find: (id) => Promise.resolve(id === key.id ? key : undefined),
    reload: () => Promise.resolve(),
  };
}
