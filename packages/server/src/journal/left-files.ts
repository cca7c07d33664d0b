import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { initialSettings } from '@auscult/protocol';
import { isMissing } from '../error-code.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import { SNAPSHOT_VERSION, type SessionSnapshot } from '../live/session-snapshot.js';
import { syncNames } from '../storage/durable-files.js';
import { findRecords, openRecord, segmentKey, writeRecord, type FoundRecord } from './journal-record.js';
import type { AudioJournal, LeftChannel, LeftContent, LeftPiece } from './journal.js';
import { SAMPLE_BYTES } from '../records/record-audio.js';
import { createSegmentFile, destroyLeftSegment, RECORDS_AT, readLeftSegment } from './segment-file.js';
import { SEGMENT_ENDING } from './segment-log.js';

/** The files that servers of this machine have left. */
export interface LeftFiles {
  readonly claim: AudioJournal['left'];
  /** Destroys what is left of these sessions. */
  readonly discard: (sessionIds: ReadonlySet<string>) => Promise<void>;
}

/** A folder that was claimed. */
interface LeftFolder {
  readonly path: string;
  segments: readonly LeftSegment[];
  /** Sessions of which something in it is needed. */
  readonly needed: Set<string>;
}

/** A file in it, which is destroyed as a whole. */
interface LeftSegment {
  readonly path: string;
  readonly records: readonly LeftRecord[];
}

/** A record of a session, and where it is now. */
interface LeftRecord extends Pick<FoundRecord, 'head' | 'length'> {
  path: string;
  salt: Buffer;
  at: number;
}

/** Looks in the folders `SERVER@OWNER` of `directory`: what a server has written belongs to its owner, at first itself. */
export function createLeftFiles(directory: string, serverId: string): LeftFiles {
  let folders: readonly LeftFolder[] = [];
  /** Of sessions that were read. */
  const keys = new Map<string, Buffer>();
  let last: Promise<void> = Promise.resolve();

  const discard = (sessionIds: ReadonlySet<string>): Promise<void> => {
    const done = last.then(async () => {
      for (const id of sessionIds) keys.delete(id);
      for (const folder of folders.filter(({ needed }) => [...sessionIds].some((id) => needed.has(id)))) {
        for (const id of sessionIds) folder.needed.delete(id);
        await destroyNeedless(folder);
      }
    });
    last = done.catch(() => undefined);
    return done;
  };

  const destroyNeedless = async (folder: LeftFolder): Promise<void> => {
    for (const segment of folder.segments) {
      const kept = segment.records.filter(({ head }) => folder.needed.has(head.sessionId));
      if (kept.length === segment.records.length && kept.length > 0) continue;
      // What cannot be opened cannot be written again, and so keeps the whole segment.
      if (kept.some(({ head }) => !keys.has(head.sessionId))) continue;
      const again = kept.length > 0 ? [await writeAgain(folder.path, kept, keys)] : [];
      folder.segments = [...folder.segments.filter((other) => other !== segment), ...again];
      await destroyLeftSegment(segment.path);
    }
    if (folder.segments.length > 0) return;
    folders = folders.filter((other) => other !== folder);
    await rmdir(folder.path);
  };

  return {
    claim: async ({ isAlive }) => {
      const records = new Map<string, LeftRecord[]>();
      for (const name of await namesIn(directory)) {
        const [origin, owner] = name.split('@');
        if (origin === undefined || owner === undefined || owner === serverId || isAlive(owner)) continue;
        const path = join(directory, `${origin}@${serverId}`);
        if (!(await isRenamed(join(directory, name), path))) continue;
        const folder = await readFolder(path, records);
        folders = [...folders, folder];
        await destroyNeedless(folder);
      }
      return [...records].map(([id, own]) => ({
        id,
        lastWrittenAt: new Date(Math.max(...own.map(({ head }) => head.writtenAt))),
        read: (key) => {
          keys.set(id, Buffer.from(key));
          return readSession(own, key);
        },
        discard: () => discard(new Set([id])),
      }));
    },
    discard,
  };
}

/** Of several servers that try to claim a folder, one succeeds. */
async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Adds the records in a folder to those of their sessions. */
async function readFolder(path: string, records: Map<string, LeftRecord[]>): Promise<LeftFolder> {
  const names = (await namesIn(path)).filter((name) => name.endsWith(SEGMENT_ENDING));
  const segments: LeftSegment[] = [];
  const needed = new Set<string>();
  for (const name of names) {
    const segment = await readSegment(join(path, name));
    segments.push(segment);
    for (const record of segment.records) {
      const { sessionId } = record.head;
      const own = records.get(sessionId) ?? [];
      records.set(sessionId, own);
      own.push(record);
      needed.add(sessionId);
    }
  }
  return { path, segments, needed };
}

/** Without its salt, nothing in a segment can be opened. */
async function readSegment(path: string): Promise<LeftSegment> {
  const { salt, records } = await readLeftSegment(path);
  if (salt === undefined) return { path, records: [] };
  return { path, records: findRecords(records).records.map((found) => ({ ...found, path, salt })) };
}

/** Writes records to a segment of their own, where they are found from then on. */
async function writeAgain(
  folder: string,
  records: readonly LeftRecord[],
  keys: ReadonlyMap<string, Buffer>,
): Promise<LeftSegment> {
  const path = join(folder, `again-${randomUUID()}${SEGMENT_ENDING}`);
  const file = await createSegmentFile(path);
  const { salt } = file;
  try {
    const readable: LeftRecord[] = [];
    const parts: Buffer[] = [];
    for (const record of records) {
      const key = keys.get(record.head.sessionId);
      const plain = key && (await openLeft(record, key));
      // It is damaged, or its session was discarded meanwhile.
      if (key === undefined || plain === undefined) continue;
      readable.push(record);
      parts.push(Buffer.concat(writeRecord(segmentKey(key, salt), record.head, [plain])));
    }
    let at = await file.append(parts);
    for (const record of readable) {
      Object.assign(record, { path, salt, at });
      at += record.length;
    }
    await syncNames(folder);
    return { path, records: readable };
  } finally {
    await file.close();
  }
}

/** A record, and what it holds. */
export interface OpenedRecord extends Pick<FoundRecord, 'head'> {
  readonly plain: Buffer;
}

async function readSession(records: readonly LeftRecord[], key: Uint8Array): Promise<LeftContent> {
  const opened: OpenedRecord[] = [];
  let damagedRecords = 0;
  for (const record of records) {
    const plain = await openLeft(record, key);
    if (plain === undefined) damagedRecords += 1;
    else opened.push({ head: record.head, plain });
  }
  return contentOf(opened, damagedRecords);
}

/** What records hold, once they are opened. */
export function contentOf(opened: readonly OpenedRecord[], damagedRecords: number): LeftContent {
  return { snapshot: snapshotIn(opened), channels: channelsIn(opened), damagedRecords };
}

/** Undefined if it is damaged. */
async function openLeft(
  { path, salt, at, length }: LeftRecord,
  key: Uint8Array,
): Promise<Buffer | undefined> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    await file.read(bytes, 0, length, RECORDS_AT + at);
    return openRecord(segmentKey(key, salt), bytes);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Undefined if there is none that this version understands. */
function snapshotIn(opened: readonly OpenedRecord[]): SessionSnapshot | undefined {
  const [snapshot, terms] = [latest(opened, 'snapshot'), latest(opened, 'terms')];
  if (snapshot === undefined || terms === undefined) return undefined;
  // Whatever opens was sealed by a server.
  const rest = JSON.parse(snapshot.toString()) as Omit<SessionSnapshot, 'sentTerms'>;
  const version: number = rest.version;
  if (version !== SNAPSHOT_VERSION) return undefined;
  // An older version of this shape lacks the settings that were declared since.
  const settings = { ...initialSettings, ...rest.settings };
  return { ...rest, settings, sentTerms: JSON.parse(terms.toString()) as SentKeyTerms };
}

function latest(opened: readonly OpenedRecord[], kind: 'snapshot' | 'terms'): Buffer | undefined {
  const [first, ...others] = opened.filter(({ head }) => head.kind === kind);
  if (first === undefined) return undefined;
  return others.reduce((best, record) => (isLater(record, best) ? record : best), first).plain;
}

/** Each process counts anew. */
function isLater({ head }: OpenedRecord, { head: other }: OpenedRecord): boolean {
  return head.writtenAt > other.writtenAt || (head.writtenAt === other.writtenAt && head.from > other.from);
}

function channelsIn(opened: readonly OpenedRecord[]): readonly LeftChannel[] {
  const audio = opened.filter(({ head }) => head.kind === 'audio');
  const numbers = [...new Set(audio.map(({ head }) => head.channel))].sort((a, b) => a - b);
  return numbers.map((channel) => {
    const own = audio.filter(({ head }) => head.channel === channel);
    const settled = Math.max(...own.map(({ head }) => head.settled));
    return { channel, settled, pieces: piecesOf(own, settled) };
  });
}

/** The samples from `settled` on, each once: a record may have been written again. */
function piecesOf(records: readonly OpenedRecord[], settled: number): readonly LeftPiece[] {
  const pieces: LeftPiece[] = [];
  let end = settled;
  for (const { head, plain } of [...records].sort((a, b) => a.head.from - b.head.from)) {
    const samples = samplesIn(plain);
    const known = Math.max(0, end - head.from);
    if (known >= samples.length) continue;
    pieces.push({ from: head.from + known, samples: samples.subarray(known) });
    end = head.from + samples.length;
  }
  return pieces;
}

function samplesIn(pcm: Buffer): Int16Array {
  const samples = new Int16Array(Math.floor(pcm.length / SAMPLE_BYTES));
  for (let i = 0; i < samples.length; i++) samples[i] = pcm.readInt16LE(i * SAMPLE_BYTES);
  return samples;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
