import { open, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../error-code.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import { SNAPSHOT_VERSION, type SessionSnapshot } from '../live/session-snapshot.js';
import { findRecords, openRecord, segmentKey, type FoundRecord } from './journal-record.js';
import type { AudioJournal, LeftChannel, LeftContent, LeftPiece } from './journal.js';
import { SAMPLE_BYTES } from './journalled-channel.js';
import { destroyLeftSegment, leftHeadBytes, readLeftSegment } from './segment-file.js';
import { SEGMENT_ENDING } from './segment-log.js';

/** The files that servers of this machine have left. */
export interface LeftFiles {
  readonly claim: AudioJournal['left'];
  /** Destroys what is left of these sessions. */
  readonly discard: (sessionIds: ReadonlySet<string>) => Promise<void>;
}

/** A folder that was claimed. It is destroyed as a whole, once nothing in it is needed. */
interface LeftFolder {
  readonly path: string;
  readonly segments: readonly string[];
  /** Sessions of which something in it is needed. */
  readonly needed: Set<string>;
}

/** A record of a session in a segment. */
interface LeftRecord extends FoundRecord {
  readonly path: string;
  readonly salt: Buffer;
}

/** Looks in the folders `SERVER@OWNER` of `directory`: what a server has written belongs to its owner, at first itself. */
export function createLeftFiles(directory: string, serverId: string): LeftFiles {
  let folders: readonly LeftFolder[] = [];

  const discard = async (sessionIds: ReadonlySet<string>): Promise<void> => {
    const touched = folders.filter(({ needed }) => [...sessionIds].some((id) => needed.has(id)));
    for (const { needed } of touched) for (const id of sessionIds) needed.delete(id);
    await destroyNeedless(touched);
  };

  const destroyNeedless = async (some: readonly LeftFolder[]): Promise<void> => {
    for (const folder of some.filter(({ needed }) => needed.size === 0)) {
      folders = folders.filter((other) => other !== folder);
      for (const path of folder.segments) await destroyLeftSegment(path);
      await rmdir(folder.path);
    }
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
        await destroyNeedless([folder]);
      }
      return [...records].map(([id, own]) => ({
        id,
        lastWrittenAt: new Date(Math.max(...own.map(({ head }) => head.writtenAt))),
        read: (key) => readSession(own, key),
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
  const segments = (await namesIn(path))
    .filter((name) => name.endsWith(SEGMENT_ENDING))
    .map((name) => join(path, name));
  const needed = new Set<string>();
  for (const segment of segments) {
    const { salt, records: bytes } = await readLeftSegment(segment);
    if (salt === undefined) continue;
    for (const found of findRecords(bytes).records) {
      const { sessionId } = found.head;
      const own = records.get(sessionId) ?? [];
      records.set(sessionId, own);
      own.push({ ...found, path: segment, salt });
      needed.add(sessionId);
    }
  }
  return { path, segments, needed };
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
    await file.read(bytes, 0, length, leftHeadBytes + at);
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
  if (rest.version !== SNAPSHOT_VERSION) return undefined;
  return { ...rest, sentTerms: JSON.parse(terms.toString()) as SentKeyTerms };
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
