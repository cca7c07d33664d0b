import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { createDestroyedByLog } from '../audit/destroyed-by-log.js';
import { setAnchorsAside } from '../audit/accept-log.js';
import { anchorFile } from '../audit/anchor-file.js';
import { auditAnchorPath } from '../audit/open-audit.js';
import { readDestroyedSince } from '../backup/destroyed-since.js';
import { restoreBackup, type Restored } from '../backup/restore-backup.js';
import { accessSource, type AccessPolicy } from '../backup/restored-access.js';
import { keyCopyPath } from '../records/key-copies/key-copy.js';
import { loadMasterKeys, masterKeyPath } from '../records/master-keys.js';
import type { Actor } from '../records/record.js';
import type { Storage } from '../storage/open-storage.js';
import { withStorage } from './open-offline-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult restore`: writes a backup into an empty database. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('Write a backup into an empty database, without records that were destroyed since.')
    .argument('<file>', 'a file that `auscult backup` wrote')
    .addOption(
      new Option(
        '--access-from <place>',
        'take API keys and users from the database that is replaced, named by its data directory or address',
      ).conflicts('keepAccess'),
    )
    .addOption(
      new Option(
        '--destroyed-from <place>',
        'leave out the records that are destroyed according to this place: a data directory, the address of a PostgreSQL database, a list of destroyed sessions, another copy of data keys, a newer backup, or an export of the audit log; may be given several times',
      ).argParser((place: string, before: readonly string[] | undefined) => [...(before ?? []), place]),
    )
    .option('--keep-access', 'let in everybody whom the backup lets in, even if revoked or disabled since')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(restore);
}

async function restore(path: string, options: Record<string, unknown>): Promise<void> {
  const config = configFrom(options);
  const access = await accessPolicy(options);
  const masterKeys = await loadMasterKeys(config);
  const keyCopy = keyCopyPath(config);
  const since = await readDestroyedSince(
    {
      named: [...destroyedFrom(options), ...replacedDatabase(options)],
      folders: [config.dataDirectory, ...[keyCopy, masterKeyPath(config), path].map((each) => dirname(each))],
    },
    masterKeys,
  );
  const restored = await restoreBackup(config, masterKeys, {
    path,
    keyCopy,
    destroyed: since.sessions,
    access,
  });
  // The present anchors know of entries that came after the backup.
  const anchorsAt = await setAnchorsAside(anchorFile(auditAnchorPath(config)));
  await withStorage(config, (storage, actor) => noteRestored(storage, actor, restored, access));
  const lists = since.lists.filter((place) => place !== keyCopy);
  printResult(
    options,
    {
      ...restored,
      gone: restored.gone.size,
      destroyed: restored.destroyed.length,
      destroyedLists: lists,
      anchorsAt,
    },
    () =>
      sentence(restored, access, lists) +
      (anchorsAt === undefined ? '' : `the former anchors are in ${anchorsAt}\n`),
  );
}

/** Notes in the audit log what was restored, and what was not. */
async function noteRestored(
  storage: Storage,
  actor: Actor,
  restored: Restored,
  access: AccessPolicy,
): Promise<void> {
  const { audit, keyCopies } = storage;
  await noteLeftOut(storage, actor, restored.gone);
  // Keys of sessions that the lists name as destroyed leave the copy too; if that fails now, the server does it later.
  await keyCopies.settle().catch(() => undefined);
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
}

/** Audit entries that are written in one transaction. */
const ENTRIES_TOGETHER = 200;

/** Notes in the audit log which records were destroyed after the backup was made, so that copies lose their keys. */
async function noteLeftOut(
  { database, queue, audit, masterKeys }: Storage,
  actor: Actor,
  gone: ReadonlySet<string>,
): Promise<void> {
  const ids = [...gone];
  const known = await createDestroyedByLog(database, masterKeys).among(ids);
  const unknown = ids.filter((id) => !known.has(id));
  for (let from = 0; from < unknown.length; from += ENTRIES_TOGETHER)
    await queue.submit(async (transaction) => {
      for (const what of unknown.slice(from, from + ENTRIES_TOGETHER))
        await audit.appendIn(transaction, {
          action: 'backup.restore',
          outcome: 'success',
          ...actor,
          what,
          reason: LEFT_OUT,
        });
    });
}

/** The reason in such an entry; it shows whoever verifies the database that no attacker removed the record. */
const LEFT_OUT = 'left out: its key was destroyed after the backup was made';

const EXAMPLES = `
Examples:
  auscult restore /mnt/backup/auscult-2026-05-01 --data-directory /var/lib/auscult \\
      --master-key-file /mnt/keys/master.key --data-key-copy /mnt/keys/data-keys.json
  auscult restore /mnt/backup/auscult-2026-05-01 --access-from /var/lib/auscult.broken

Keys that were revoked after the backup was made, and passwords that were changed since, would be valid again. So all
API keys are revoked and all users disabled, unless they are taken from the database that is replaced (--access-from) or
kept (--keep-access). Create new keys with \`auscult keys create\`, and let users in again with \`auscult users reset\`.
Nobody stays logged in.

Records that were destroyed after the backup was made are left out if the copy of data keys or a list names them. Lists
(destroyed-sessions.jsonl) and copies are looked for in the data directory, and beside the backup, the copy and the
master key; --destroyed-from names others. An older version of the copy still holds the keys of records that were
destroyed since: name the newest.

Exit status: 0 for success, 1 if it failed, 2 if a file, a key or the command line is wrong. Nothing is written unless
all of the backup can be read.`;

async function accessPolicy(options: Record<string, unknown>): Promise<AccessPolicy> {
  const { accessFrom, keepAccess } = options;
  if (typeof accessFrom === 'string') return { kind: 'adopt', from: await accessSource(accessFrom) };
  return { kind: keepAccess === true ? 'keep' : 'revoke' };
}

function destroyedFrom({ destroyedFrom: places }: Record<string, unknown>): readonly string[] {
  return Array.isArray(places) ? places.map(String) : [];
}

/** The database that is replaced, which also knows what was destroyed. */
function replacedDatabase({ accessFrom }: Record<string, unknown>): readonly string[] {
  return typeof accessFrom === 'string' ? [accessFrom] : [];
}

function sentence(
  { rows, destroyed, createdAt }: Restored,
  { kind }: AccessPolicy,
  lists: readonly string[],
): string {
  const entries = rows['audit_entries'] ?? 0;
  return (
    `${rows['sessions'] ?? 0} records and ${entries} audit entries of ${createdAt} are back; ${destroyed.length} that were destroyed since are not\n` +
    `${lists.length === 0 ? NO_LIST : `besides the copy of data keys, these told what was destroyed: ${lists.join(', ')}`}\n` +
    `${ACCESS_SENTENCES[kind]}\n`
  );
}

const NO_LIST =
  'only the copy of data keys told what was destroyed: if it is older than a deletion, restore again with --destroyed-from';

const ACCESS_SENTENCES: Readonly<Record<AccessPolicy['kind'], string>> = {
  revoke:
    'all API keys are revoked and all users disabled: see `auscult keys create` and `auscult users reset`',
  keep: 'API keys and users are as they were when the backup was made',
  adopt: 'API keys and users are those of the database that is replaced',
};
