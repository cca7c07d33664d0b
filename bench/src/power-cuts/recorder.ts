import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mark } from './history.js';

/** Records what processes do to the files below a folder, and what was seen meanwhile. */
export interface Recorder {
  /** Environment variables with which a process is recorded. */
  readonly environment: Readonly<Record<string, string>>;
  /** Notes what was seen, after everything done before. */
  readonly mark: (mark: Mark) => void;
  /** Everything done and noted so far, in order. */
  readonly steps: () => readonly DiskStep[];
}

/** A change of a file or a folder. Inodes are identified by their numbers, which the system reuses. */
export type DiskStep =
  | { readonly kind: 'create' | 'mkdir'; readonly inode: number; readonly path: string }
  | { readonly kind: 'write'; readonly inode: number; readonly from: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly inode: number; readonly size: number }
  | { readonly kind: 'sync-begin' | 'sync-end'; readonly inode: number; readonly thread: number }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'unlink' | 'rmdir'; readonly path: string }
  | { readonly kind: 'mark'; readonly mark: Mark };

/** Why writes cannot be recorded here; undefined if they can. */
export function recorderMissing(): string | undefined {
  if (process.platform !== 'linux') return 'power cuts are skipped: writes can be recorded on Linux only';
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'power cuts are skipped: the recorder of writes needs a C compiler, cc (Debian: apt install gcc libc6-dev)';
  }
}

const SOURCE = fileURLToPath(new URL('../../power-cuts/record-writes.c', import.meta.url));

/** Builds the recorder in `folder`, which also gets its log. It records changes below `disk`. */
export function startRecorder(folder: string, disk: string): Recorder {
  const library = join(folder, 'record-writes.so');
  const log = join(folder, 'disk.log');
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl', '-lpthread']);
  return {
    environment: { LD_PRELOAD: library, RECORDED_FOLDER: disk, RECORDED_LOG: log },
    mark: (mark) => {
      appendFileSync(log, encodeMark(mark));
    },
    steps: () => [...stepsOf(readFileSync(log))],
  };
}

/** The inode of a file or folder. */
export function inodeNumber(path: string): number {
  return statSync(path).ino;
}

/**
 * As in `record-writes.c`: the start and length of each record; kind, inode, number, length of the first
 * text.
 */
const BEGINNING = Buffer.from('APWR');
const LENGTH_BYTES = 4;
const PREFIX_BYTES = BEGINNING.length + LENGTH_BYTES;
const HEAD_BYTES = 1 + 8 + 8 + 4;
const KINDS = [
  undefined,
  'create',
  'write',
  'truncate',
  'sync-begin',
  'sync-end',
  'rename',
  'unlink',
  'link',
  'mkdir',
  'rmdir',
  'mark',
] as const;

function encodeMark(mark: Mark): Buffer {
  const text = Buffer.from(JSON.stringify(mark));
  const head = Buffer.alloc(PREFIX_BYTES + HEAD_BYTES);
  BEGINNING.copy(head);
  head.writeUInt32LE(HEAD_BYTES + text.length, BEGINNING.length);
  head.writeUInt8(KINDS.indexOf('mark'), PREFIX_BYTES);
  head.writeUInt32LE(text.length, PREFIX_BYTES + HEAD_BYTES - 4);
  return Buffer.concat([head, text]);
}

function* stepsOf(log: Buffer): Generator<DiskStep> {
  for (let at = 0; at < log.length;) {
    const end = at + PREFIX_BYTES + log.readUInt32LE(at + BEGINNING.length);
    if (end <= log.length && (end === log.length || beginsAt(log, end))) {
      yield stepOf(log.subarray(at + PREFIX_BYTES, end));
      at = end;
    } else {
      // A process was killed while it wrote this record: nobody knows what the step did, as in a power cut.
      const next = log.indexOf(BEGINNING, at + 1);
      at = next < 0 ? log.length : next;
    }
  }
}

function beginsAt(log: Buffer, at: number): boolean {
  return log.subarray(at, at + BEGINNING.length).equals(BEGINNING);
}

function stepOf(record: Buffer): DiskStep {
  const kind = KINDS[record.readUInt8()];
  const inode = Number(record.readBigUInt64LE(1));
  const number = Number(record.readBigUInt64LE(9));
  const textEnd = HEAD_BYTES + record.readUInt32LE(17);
  const path = record.toString('utf8', HEAD_BYTES, textEnd);
  const rest = record.subarray(textEnd);
  switch (kind) {
    case 'create':
    case 'mkdir':
      return { kind, inode, path };
    case 'write':
      return { kind, inode, from: number, bytes: rest };
    case 'truncate':
      return { kind, inode, size: number };
    case 'sync-begin':
    case 'sync-end':
      return { kind, inode, thread: number };
    case 'rename':
    case 'link':
      return { kind, path, to: rest.toString() };
    case 'unlink':
    case 'rmdir':
      return { kind, path };
    case 'mark':
      return { kind, mark: JSON.parse(path) as Mark };
    case undefined:
      throw new TypeError('the record of writes is damaged');
  }
}
