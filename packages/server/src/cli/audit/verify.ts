import { Command } from 'commander';
import { readAnchors } from '../../audit/anchor.js';
import { auditAnchorPath } from '../../audit/open-audit.js';
import { verifyAudit, type AuditProblem, type AuditReport } from '../../audit/verify.js';
import { openDatabase } from '../../db/database.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';

/** `auscult audit verify`: reads the whole chain and compares it with what was anchored outside. */
export function verifyAuditCommand(): Command {
  const command = new Command('verify')
    .description('Find entries that were altered, removed, reordered, put in or cut off.')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, ['dataDirectory', 'database', 'auditAnchor']).action(
    async (options: Record<string, unknown>) => {
      const config = configFrom(options);
      const anchors = await readAnchors(auditAnchorPath(config));
      const database = await openDatabase(config);
      try {
        const report = await verifyAudit(database, anchors, showProgress);
        printResult(options, report, () => `${sentence(report)}\n`);
        process.exitCode = report.problems.length === 0 ? 0 : 1;
      } finally {
        await database.close();
      }
    },
  );
}

const EXAMPLES = `
Examples:
  auscult audit verify
  auscult audit verify --json
  auscult audit verify --audit-anchor /mnt/worm/anchor.log

Exit status: 0 if the log is whole, 1 if it was tampered with, 2 if the command line is wrong.`;

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === of ? '\r\u001B[K' : `\rverifying ${Math.floor((done / of) * 100)} %`);
}

function sentence({ entries, head, anchors, problems }: AuditReport): string {
  if (problems.length === 0)
    return `${entries} entries are whole and agree with ${anchors} anchors; the last hash is ${head.hash}`;
  return problems.map(problemLine).join('\n');
}

function problemLine({ kind, sequence }: AuditProblem): string {
  switch (kind) {
    case 'removed':
      return `entry ${sequence}: entries before it were removed`;
    case 'altered':
      return `entry ${sequence}: it was altered or put in, or the one before it was`;
    case 'reordered':
      return `entry ${sequence}: another entry stands in its place`;
    case 'truncated':
      return `entry ${sequence}: it was anchored, and the log ends before it`;
    case 'rewritten':
      return `entry ${sequence}: it was anchored with another hash, so that the log was written anew`;
  }
}
