import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import { measureJournal } from '../telemetry/journal-metrics.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { createFileJournal } from './file-journal.js';
import type { AudioJournal } from './journal.js';

/** The journal that the settings ask for; undefined if there is to be none, or no record that could be completed from it. */
export function openJournal(
  config: Config,
  { serverId }: Pick<Storage, 'serverId'>,
  { registry, journal: counted }: Pick<Metrics, 'registry' | 'journal'>,
  log: Log,
): AudioJournal | undefined {
  if (config.records === 'off' || config.journal === 'off') return undefined;
  const journal = createFileJournal({
    directory: journalDirectory(config),
    serverId,
    onCommit: (seconds) => {
      counted.commitSeconds.observe(seconds);
    },
    onTrouble: (failure) => {
      if (failure === undefined) return log.info('accepted audio is kept on disk again');
      counted.failures.inc();
      return log.error(NOT_KEPT, { code: failure, path: journalDirectory(config) });
    },
  });
  measureJournal([registry], journal.status);
  return journal;
}

/** The folder of the journals of this machine. */
export function journalDirectory({
  journalDirectory: directory,
  dataDirectory,
}: Pick<Config, 'journalDirectory' | 'dataDirectory'>): string {
  return directory ?? join(dataDirectory, 'journal');
}

/** Logged for the operator, once for each time. */
const NOT_KEPT =
  'ACCEPTED AUDIO CANNOT BE KEPT ON DISK: sessions go on, but what has no text yet would be lost in a crash; free space, or set --journal-directory to another disk';
