import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import type { CheckName, Finding } from '../verify/check.js';
import { verifyStorage, type VerifyReport } from '../verify/verify-storage.js';
import { printResult } from './print-result.js';
import { addSettingOptions, configFrom } from './setting-options.js';
import { STORAGE_SETTINGS } from './storage-settings.js';

/** `auscult verify`: reads everything that is kept, and reports what is damaged. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Read every record, key, audit entry and backup, and report what is damaged or missing.')
    .option('--backup <file...>', 'files that `auscult backup` wrote')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, STORAGE_SETTINGS).action(async (options: Record<string, unknown>) => {
    const bar = showProgress(process.stderr);
    const report = await verifyStorage(configFrom(options), {
      backups: options['backup'] as readonly string[] | undefined,
      onProgress: bar.update,
    }).finally(bar.stop);
    printResult(options, report, () => linesOf(report));
    process.exitCode = report.findings.length === 0 ? 0 : 1;
  });
}

const EXAMPLES = `
Examples:
  auscult verify
  auscult verify --backup /mnt/backup/auscult-2026-05-01 --data-key-copy /mnt/keys/data-keys.json
  auscult verify --json

Changes nothing, and may be run while the server runs. What is found names sessions and places, never what was said.

Exit status: 0 if everything is whole, 1 if something is damaged or missing, 2 if the database, a key or the command line
is wrong.`;

interface Progress {
  readonly update: (check: CheckName, done: number, of: number) => void;
  readonly stop: () => void;
}

/** A progress bar for each check in turn; nothing if the stream is no terminal. */
function showProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '{bar} {percentage}% of {check}',
    stream,
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  let current: CheckName | undefined;
  return {
    update: (check, done, of) => {
      if (check !== current) bar.start(of, done, { check: TITLES[check] });
      else bar.update(done);
      current = check;
    },
    stop: () => {
      bar.stop();
    },
  };
}

const TITLES: Readonly<Record<CheckName, string>> = {
  database: 'tables of the database',
  keys: 'data keys',
  records: 'records',
  audit: 'audit entries',
  rows: 'rows that servers vouch for',
  heads: 'heads of records',
  secrets: 'settings and secrets of authenticators',
  'key-copy': 'keys in the copy of data keys',
  backup: 'rows in backups',
};

function linesOf({ checked, findings }: VerifyReport): string {
  const counts = Object.entries(checked).map(
    ([check, count]) => `${String(count)} ${TITLES[check as CheckName]}`,
  );
  const summary =
    findings.length === 0
      ? `everything is whole: ${counts.join(', ')}`
      : `${String(findings.length)} findings in ${counts.join(', ')}`;
  return `${[...findings.map(lineOf), summary].join('\n')}\n`;
}

function lineOf({ kind, trouble, session, at }: Finding): string {
  const place = [...(session === undefined ? [] : [`session ${session}`]), ...(at === undefined ? [] : [at])];
  return `${kind}${place.length === 0 ? '' : ` (${place.join(', ')})`}: ${TROUBLES[trouble]}`;
}

const TROUBLES: Readonly<Record<Finding['trouble'], string>> = {
  altered: 'it is not what was written',
  missing: 'it is not there',
  back: 'it was destroyed and is there again',
};
