import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { anchorFile } from './anchor-file.js';
import { auditKeys } from './audit-keys.js';
import { anchorPlace, auditAnchorPath } from './open-audit.js';
import type { AuditEvidence } from './verify.js';

/** The settings that say what a log is compared with. */
type EvidenceSettings = Pick<Config, 'dataDirectory' | 'database' | 'auditAnchor' | 'auditTimestampCa'>;

/**
 * Everything that a server has to verify its audit log with.
 * @param masterKeys undefined if they are not at hand, in which case neither the head nor anchors are authenticated
 * @throws {ConfigError} if the certificates of time stamps cannot be read
 */
export async function auditEvidence(
  settings: EvidenceSettings,
  masterKeys: MasterKeys | undefined,
): Promise<AuditEvidence> {
  return {
    keys: masterKeys && auditKeys(masterKeys),
    anchors: { file: anchorFile(auditAnchorPath(settings)), place: anchorPlace(settings) },
    authorities: settings.auditTimestampCa && (await readAuthorities(settings.auditTimestampCa)),
  };
}

async function readAuthorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new ConfigError(
      `${path}, which auditTimestampCa names, cannot be read.`,
      'Put the certificates there that time stamps lead to, as PEM, or leave the setting out.',
    );
  }
}
