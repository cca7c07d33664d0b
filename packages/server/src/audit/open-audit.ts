import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Config } from '../config/schema.js';
import type { CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import {
  deliverAnchors,
  type AnchorDelivery,
  type AnchorSink,
  type SinkName,
  type SinkState,
  type SinkTracking,
} from './anchor-delivery.js';
import { anchorFile, type AnchorFile } from './anchor-file.js';
import { NOTHING_BEFORE, readAnchorLine } from './anchor.js';
import { SERVER_ITSELF, type AuditEvent } from './audit-event.js';
import { auditKeys } from './audit-keys.js';
import { createAuditLog, type AuditLog, type ChainOfAnchors, type LogTrouble } from './audit-log.js';
import { requireWholeLog, type LogAtStart } from './require-whole-log.js';
import { sealEarlierLog } from './seal-log.js';
import { syslogSink } from './syslog.js';
import { stampAnchors, type Stamping } from './stamp-anchors.js';

/** Settings that say where anchors go. */
type AnchorSettings = Pick<Config, 'dataDirectory' | 'database' | (typeof ANCHOR_SETTINGS)[number]>;

/** The settings of anchors, for commands that write to the log. */
export const ANCHOR_SETTINGS = [
  'auditAnchor',
  'auditSyslog',
  'auditSyslogCa',
  'auditSyslogCertificate',
  'auditSyslogKey',
  'auditTimestampUrl',
  'auditTimestampCa',
  'auditTimestampMinutes',
] as const satisfies readonly (keyof Config)[];

/** Reports what goes wrong with the log while it is open. */
export interface AuditEvents {
  /** A place does not take anchors; reported once until it does again. */
  readonly onAnchorFailing: (sink: SinkName, error: unknown) => void;
  readonly onAnchorRecovered: (sink: SinkName) => void;
  /** The anchors that were made are no longer in their file. */
  readonly onAnchorsMissing: () => void;
  /** The log can no longer be trusted, or cannot be continued. */
  readonly onTrouble: (trouble: LogTrouble) => void;
}

/** A log, with the state of its anchors. */
export interface AnchoredAuditLog extends AuditLog {
  readonly evidence: () => EvidenceState;
}

/** The state of the evidence that the log is whole. */
export interface EvidenceState {
  readonly sinks: readonly SinkState[];
  /** Whether anchors were missing at the start, or something other than a server has written to the log since. */
  readonly findings: readonly EvidenceFinding[];
}

type EvidenceFinding = 'anchors-missing' | 'tampered';

/** What the log is read from and written with. */
interface LogServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly masterKeys: MasterKeys;
}

/**
 * Opens the audit log with the anchors that are set.
 * @param opener a server also takes care of anchors that commands have made, and has them stamped
 * @throws {ConfigError} if the log is shorter than its sealed head or the last anchors say, or differs from them
 */
export async function openAudit(
  config: AnchorSettings,
  services: LogServices,
  opener: 'server' | 'command',
  events: AuditEvents,
): Promise<AnchoredAuditLog> {
  const { database, queue, masterKeys } = services;
  const file = anchorFile(auditAnchorPath(config));
  const place = anchorPlace(config);
  const found = await findLog(services, file, place);
  const chain = await chainFor(found, place, file);
  const findings = new Set<EvidenceFinding>(found.kind === 'anchors-missing' ? [found.kind] : []);
  const isServer = opener === 'server';
  const tracking = trackingOf(events, (event) => {
    // If it cannot be written either, metrics and log report that.
    if (isServer) log.append({ ...BY_SERVER, ...event }).catch(() => undefined);
  });
  const sinks = sinksFor(config, file);
  const delivery = deliverAnchors({ database, chain: chain.chain, sinks, isServer, tracking });
  const log = createAuditLog({
    database,
    queue,
    keys: auditKeys(masterKeys),
    chain,
    onAnchored: delivery.deliver,
    onTrouble: (trouble) => {
      if (trouble === 'tampered') findings.add(trouble);
      events.onTrouble(trouble);
    },
  });
  const stamping = isServer ? stampAnchors(config, file, tracking) : undefined;
  await noteStart(log, found, place, events);
  // Delivers what waited when the last process ended.
  void delivery.deliver();
  return withEvidence(log, delivery, stamping, findings);
}

/** The path of the file of anchors. */
export function auditAnchorPath({
  auditAnchor,
  dataDirectory,
}: Pick<Config, 'auditAnchor' | 'dataDirectory'>): string {
  return auditAnchor ?? join(dataDirectory, 'audit-anchor.log');
}

/**
 * The name of that file in the head of the log: a data directory can be moved with its content, and servers that
 * share a database have files of the same name.
 */
export function anchorPlace(config: Pick<Config, 'auditAnchor' | 'dataDirectory' | 'database'>): string {
  const path = resolve(auditAnchorPath(config));
  if (config.database !== undefined) return `${hostname()}:${path}`;
  const inside = relative(resolve(config.dataDirectory), path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

const BY_SERVER = { who: SERVER_ITSELF, from: undefined, what: undefined } as const;

async function findLog(
  { database, queue, masterKeys }: LogServices,
  file: AnchorFile,
  place: string,
): Promise<LogAtStart> {
  const found = await requireWholeLog(database, auditKeys(masterKeys), file, place);
  if (found.kind === 'unsealed') await sealEarlierLog(database, queue, masterKeys);
  return found;
}

async function chainFor(found: LogAtStart, place: string, file: AnchorFile): Promise<ChainOfAnchors> {
  switch (found.kind) {
    case 'anchored':
      return { place, chain: found.chain, before: found.before };
    case 'unsealed':
    case 'new':
      return { place, chain: randomUUID(), before: await unsignedDigest(file) };
    case 'anchors-missing':
      return { place, chain: randomUUID(), before: NOTHING_BEFORE };
  }
}

/** SHA-256 of the anchors that earlier versions wrote, hexadecimal: the first signed one vouches for them. */
async function unsignedDigest(file: AnchorFile): Promise<string> {
  const digest = createHash('sha256');
  let count = 0;
  for await (const line of file.lines()) {
    if (readAnchorLine(line).kind === 'signed') break;
    digest.update(`${line}\n`);
    count += 1;
  }
  return count === 0 ? NOTHING_BEFORE : digest.digest('hex');
}

/** Reports, and notes in the log, when a place begins to fail and when it works again. */
function trackingOf(
  { onAnchorFailing, onAnchorRecovered }: AuditEvents,
  note: (event: Pick<AuditEvent, 'action' | 'outcome' | 'what'>) => void,
): SinkTracking {
  return {
    onFailing: (sink, error) => {
      onAnchorFailing(sink, error);
      note({ action: 'audit.anchor-failed', outcome: 'failure', what: sink });
    },
    onRecovered: (sink) => {
      onAnchorRecovered(sink);
      note({ action: 'audit.anchor-recovered', outcome: 'success', what: sink });
    },
  };
}

/** Logs what was unusual about the log at the start. */
async function noteStart(
  log: AuditLog,
  found: LogAtStart,
  place: string,
  { onAnchorsMissing }: AuditEvents,
): Promise<void> {
  if (found.kind === 'unsealed')
    await log.append({
      ...BY_SERVER,
      action: 'audit.sign',
      outcome: 'success',
      reason: 'the entries before are of a version that did not sign',
      counts: { entries: found.head.sequence },
    });
  if (found.kind === 'anchors-missing') {
    onAnchorsMissing();
    await log.append({ ...BY_SERVER, action: 'audit.anchors-missing', outcome: 'failure', what: place });
  }
}

/** The log, which takes its delivery and its stamping with it when it is closed. */
function withEvidence(
  log: AuditLog,
  delivery: AnchorDelivery,
  stamping: Stamping | undefined,
  findings: ReadonlySet<EvidenceFinding>,
): AnchoredAuditLog {
  return {
    ...log,
    evidence: () => ({
      sinks: [...delivery.states(), ...(stamping === undefined ? [] : [stamping.state()])],
      findings: [...findings],
    }),
    close: async () => {
      await log.close();
      stamping?.close();
      await delivery.close();
    },
  };
}

function sinksFor(config: AnchorSettings, file: AnchorFile): readonly AnchorSink[] {
  const {
    auditSyslog: url,
    auditSyslogCa: ca,
    auditSyslogCertificate: certificate,
    auditSyslogKey: key,
  } = config;
  return [
    { name: 'file', take: file.append },
    ...(url === undefined ? [] : [syslogSink({ url, ca, certificate, key })]),
  ];
}
