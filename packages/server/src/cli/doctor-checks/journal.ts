import { mkdir, mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { journalDirectory } from '../../journal/open-journal.js';
import type { CheckResult } from './check.js';

const MIB = 1024 ** 2;

/** Free space that is enough for the audio of a hundred sessions that waits for text, and for what is written again, bytes. */
const ENOUGH_BYTES = 512 * MIB;

/** Whether accepted audio can be kept until its text is recorded. */
export async function checkJournal(
  config: Pick<Config, 'journal' | 'journalDirectory' | 'dataDirectory' | 'records'>,
): Promise<CheckResult> {
  if (config.records === 'off' || config.journal === 'off')
    return { state: 'skipped', message: 'accepted audio is not kept until its text is recorded' };
  const folder = journalDirectory(config);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rmdir(await mkdtemp(join(folder, 'doctor-')));
  } catch {
    return {
      state: 'failed',
      message: `the journal folder ${folder} cannot be written to, so a crash would lose speech`,
      remedy: 'Give this user permission to write there, or set another with --journal-directory.',
    };
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= ENOUGH_BYTES) return { state: 'ok', message: `${folder} can be written to` };
  return {
    state: 'warning',
    message: `the disk of the journal folder ${folder} has only ${String(Math.floor((bavail * bsize) / MIB))} MiB left`,
    remedy: 'Free space there, or set a folder on another disk with --journal-directory.',
  };
}
