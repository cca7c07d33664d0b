import { Command, Option } from 'commander';
import { setAnchorsAside } from '../audit/accept-log.js';
import { anchorFile } from '../audit/anchor-file.js';
import { auditAnchorPath } from '../audit/open-audit.js';
import { restoreBackup, type Restored } from '../backup/restore-backup.js';
import { accessSource, type AccessPolicy } from '../backup/restored-access.js';
import { keyCopyPath } from '../records/key-copy.js';
import { loadMasterKeys } from '../records/master-keys.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult restore`: writes a backup into an empty database. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('Write a backup into an empty database, without the records that were destroyed since.')
    .argument('<file>', 'a file that `auscult backup` wrote')
    .addOption(
      new Option(
        '--access-from <place>',
        'take API keys and users from the database that is replaced: its data directory, or its address',
      ).conflicts('keepAccess'),
    )
    .option('--keep-access', 'let in whoever the backup would, also who was revoked or disabled since')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(
    async (path: string, options: Record<string, unknown>) => {
      const config = configFrom(options);
      const access = await accessPolicy(options);
      const masterKeys = await loadMasterKeys(config);
      const keyCopy = keyCopyPath(config);
      const restored = await restoreBackup(config, masterKeys, { path, keyCopy, access });
      // They know of entries that came after the backup.
      const anchorsAt = await setAnchorsAside(anchorFile(auditAnchorPath(config)));
      await withStorage(config, async ({ audit }, actor) => {
        for (const what of restored.destroyed)
          await audit.append({
            action: 'backup.restore',
            outcome: 'success',
            ...actor,
            what,
            reason: LEFT_OUT,
          });
        await audit.append({
          action: 'backup.restore',
          outcome: 'success',
          ...actor,
          what: undefined,
          reason: `backup of ${restored.createdAt}; keys and users: ${access.kind}`,
          counts: {
            sessions: restored.rows['sessions'] ?? 0,
            destroyed: restored.destroyed.length,
            revisionFloor: restored.accessRevision,
          },
        });
      });
      printResult(
        options,
        { ...restored, destroyed: restored.destroyed.length, anchorsAt },
        () =>
          sentence(restored, access) +
          (anchorsAt === undefined ? '' : `the former anchors are in ${anchorsAt}\n`),
      );
    },
  );
}

/** So that whoever verifies the database does not take the record for one that was removed. */
const LEFT_OUT = 'left out: its key was destroyed after the backup was made';

const EXAMPLES = `
Examples:
  auscult restore /mnt/backup/auscult-2026-05-01 --data-directory /var/lib/auscult \\
      --master-key-file /mnt/keys/master.key --data-key-copy /mnt/keys/data-keys.json
  auscult restore /mnt/backup/auscult-2026-05-01 --access-from /var/lib/auscult.broken

A key that was revoked after the backup was made, or a password that was changed, would be valid again. So all API
keys are revoked and all users disabled, unless they are taken from the database that is replaced (--access-from) or
kept (--keep-access). Create new keys with \`auscult keys create\`, and let users in again with \`auscult users reset\`.
Nobody stays logged in.

Exit status: 0 for success, 1 if it failed, 2 if a file, a key or the command line is wrong. Nothing is written unless
all of the backup can be read.`;

async function accessPolicy(options: Record<string, unknown>): Promise<AccessPolicy> {
  const { accessFrom, keepAccess } = options;
  if (typeof accessFrom === 'string') return { kind: 'adopt', from: await accessSource(accessFrom) };
  return { kind: keepAccess === true ? 'keep' : 'revoke' };
}

function sentence({ rows, destroyed, createdAt }: Restored, { kind }: AccessPolicy): string {
  const entries = rows['audit_entries'] ?? 0;
  return (
    `${rows['sessions'] ?? 0} records and ${entries} audit entries of ${createdAt} are back; ${destroyed.length} that were destroyed since are not\n` +
    `${ACCESS_SENTENCES[kind]}\n`
  );
}

const ACCESS_SENTENCES: Readonly<Record<AccessPolicy['kind'], string>> = {
  revoke:
    'all API keys are revoked and all users disabled: see `auscult keys create` and `auscult users reset`',
  keep: 'API keys and users are as they were when the backup was made',
  adopt: 'API keys and users are those of the database that is replaced',
};
