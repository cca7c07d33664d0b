import { gzipSync } from 'node:zlib';
import { readBackup } from '../../../packages/server/dist/backup/backup-file.js';
import { seal } from '../../../packages/server/dist/records/seal.js';
import { scratchFile } from '../scratch.js';
import { mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';
import { fixedMasterKeys } from './fixed-master-keys.js';

/** The content of backups: lines that are compressed and sealed as somebody with the master key would do it. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: { ms: 40, msPerKiB: 2 },
  share: 0.3,
  prepare: () => {
    const write = scratchFile();
    const masterKeys = fixedMasterKeys();
    const { id, bytes } = masterKeys.current();
    const key = Buffer.alloc(32, 1);
    const header = {
      format: 'auscult-backup',
      version: 1,
      schema: '0001-records-and-audit',
      createdAt: '2026-01-01T00:00:00.000Z',
      masterKeyId: id,
      wrappedKey: seal(bytes, key, ['backup', id]).toString('base64'),
    };
    return (input) => {
      const sealed = seal(key, gzipSync(input, { level: 1 }), ['backup', 0, 'last']);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(sealed.length);
      const file = write(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), length, sealed]));
      return unlessRefusedLater(['ConfigError', 'RequestError'], async () => {
        const { rows } = await readBackup(file, masterKeys);
        for await (const row of rows) mustHold(typeof row === 'object', 'a row is an object');
      });
    };
  },
};
