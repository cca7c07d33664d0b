import { createPublicKey, type KeyObject } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { wholeLines } from '../../audit/anchor-file.js';
import { auditEvidence } from '../../audit/audit-evidence.js';
import { publicAnchorKeys } from '../../audit/audit-keys.js';
import { verifyAudit, type AuditEvidence, type AuditReport } from '../../audit/verify.js';
import { ConfigError } from '../../config/config-error.js';
import { openDatabase } from '../../db/database.js';
import { loadMasterKeys } from '../../records/master-keys.js';
import { printResult } from '../print-result.js';
import { addSettingOptions, configFrom } from '../setting-options.js';
import { AUDIT_SETTINGS } from '../storage-settings.js';
import { problemLine } from './problem-line.js';

/** `auscult audit verify`: reads the whole chain, and compares it with its seal and with all anchors. */
export function verifyAuditCommand(): Command {
  const command = new Command('verify')
    .description('Find entries that were altered, removed, reordered, put in or cut off.')
    .option(
      '--anchors <file>',
      'also compare with these anchors, such as those that a syslog server received',
    )
    .option(
      '--public-key <file>',
      'verify anchors with the keys that `auscult audit public-key` printed, without a master key',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(command, AUDIT_SETTINGS).action(async (options: Record<string, unknown>) => {
    const config = configFrom(options);
    const { anchors, publicKey } = options;
    const isAuditor = typeof publicKey === 'string';
    const evidence: AuditEvidence = {
      ...(await auditEvidence(config, isAuditor ? undefined : await loadMasterKeys(config))),
      publicKeys: isAuditor ? publicAnchorKeys(await readPublicKeys(publicKey)) : undefined,
      outside: typeof anchors === 'string' ? wholeLines(await existing(anchors)) : undefined,
    };
    const database = await openDatabase(config);
    try {
      const report = await verifyAudit(database, evidence, showProgress);
      printResult(options, report, () => `${sentence(report)}\n`);
      process.exitCode = report.problems.length === 0 ? 0 : 1;
    } finally {
      await database.close();
    }
  });
}

const EXAMPLES = `
Examples:
  auscult audit verify
  auscult audit verify --json
  auscult audit verify --audit-anchor /mnt/worm/anchor.log
  auscult audit verify --anchors /var/log/remote/auscult.log
  auscult audit verify --public-key auscult-audit.pem      for whoever has no master key

Exit status: 0 if the log is whole, 1 if it was tampered with, 2 if the command line is wrong or the master key is not there.`;

async function readPublicKeys(path: string): Promise<readonly KeyObject[]> {
  const pem = await readFile(await existing(path), 'utf8');
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => createPublicKey(block));
  } catch {
    // As for a file without any.
  }
  throw new ConfigError(
    `${path} holds no public keys.`,
    'Name a file that `auscult audit public-key` wrote.',
  );
}

async function existing(path: string): Promise<string> {
  try {
    await access(path, constants.R_OK);
    return path;
  } catch {
    throw new ConfigError(`${path} cannot be read.`, 'Name an existing file that this user may read.');
  }
}

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === of ? '\r\u001B[K' : `\rverifying ${Math.floor((done / of) * 100)} %`);
}

function sentence(report: AuditReport): string {
  const { entries, head, anchors, unsigned, outside, timestamps, stamped, problems, accepted } = report;
  const notes = [
    `${entries} entries are whole and agree with ${anchors} anchors; the last hash is ${head.hash}`,
    ...(report.isSealChecked ? [] : ['the seal of the head was not checked, for want of a master key']),
    ...(unsigned > 0 ? [`${unsigned} of the anchors are of a version that did not sign`] : []),
    ...(outside > 0 ? [`${outside} anchors from outside agree`] : []),
    ...(timestamps > 0 ? [`${timestamps} time stamps, ${stampLine(stamped)}`] : []),
    ...(accepted.length > 0 ? [`${accepted.length} problems were accepted before`] : []),
  ];
  return (problems.length === 0 ? notes : problems.map(problemLine)).join('\n');
}

function stampLine(stamped: AuditReport['stamped']): string {
  if (stamped === undefined) return 'not verified, for want of --audit-timestamp-ca';
  return `the last says that entry ${stamped.sequence} was there at ${stamped.time}`;
}
