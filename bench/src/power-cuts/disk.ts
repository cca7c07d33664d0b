import { dirname } from 'node:path';
import type { DiskStep } from './recorder.js';
import type { Random } from './random.js';

/**
 * A disk that keeps what was synced, and an arbitrary part of the rest: POSIX promises no more. The content
 * of a file is kept once the file is synced, its name once the folder is.
 */
export interface Disk {
  readonly apply: (step: DiskStep) => void;
  /**
   * What may be on the disk if power fails now: every file by its path. Folders without files are left out.
   */
  readonly afterCut: (mode: CutMode, random: Random) => ReadonlyMap<string, Buffer>;
}

/**
 * What is kept of unsynced changes. `nothing`; `everything`; `names`: all changes of folders, and files at
 * their new sizes with zeros as content; `contents`: all changes of files, none of folders; `torn`: each
 * block of a file as it was at some moment since the last sync, and any of the changes of folders. Shortening
 * a file is kept completely or not at all, and only together with earlier shortenings: file systems keep
 * lengths in a journal, and SQLite relies on that (it may commit by shortening a file,
 * https://sqlite.org/pragma.html#pragma_journal_mode).
 */
export type CutMode = (typeof CUT_MODES)[number];
export const CUT_MODES = ['nothing', 'everything', 'names', 'contents', 'torn'] as const;

interface Change {
  readonly at: number;
  readonly size: number | undefined;
  readonly from: number;
  readonly bytes: Buffer;
}

/** A file, independent of its names. */
interface File {
  synced: Buffer;
  changes: Change[];
}

/** Names that change together; a name without a file is removed. */
interface NameChange {
  readonly at: number;
  readonly names: readonly (readonly [string, File | 'folder' | undefined])[];
}

interface Folder {
  readonly path: string;
  changes: NameChange[];
}

/** Sizes that a disk writes atomically: a sector, and a page. */
const BLOCKS = [512, 4096] as const;

/** An empty folder that is on disk itself. */
export function createDisk(root: { readonly path: string; readonly inode: number }): Disk {
  const files = new Map<number, File>();
  const folders = new Map<number, Folder>([[root.inode, { path: root.path, changes: [] }]]);
  const named = new Map<string, File | 'folder'>();
  const kept = new Map<string, File | 'folder'>();
  const syncs = new Map<string, number>();
  let now = 0;

  const folderOf = (path: string): Folder => {
    const found = [...folders.values()].find((folder) => folder.path === dirname(path));
    if (found === undefined) throw new RangeError('a file lies in a folder that nobody made');
    return found;
  };

  const rename = (path: string, names: NameChange['names']): void => {
    for (const [name, file] of names) {
      if (file === undefined) named.delete(name);
      else named.set(name, file);
    }
    folderOf(path).changes.push({ at: now, names });
  };

  const sync = (inode: number, before: number): void => {
    const file = files.get(inode);
    if (file !== undefined) {
      file.synced = contentOf(
        file.synced,
        file.changes.filter(({ at }) => at < before),
      );
      file.changes = file.changes.filter(({ at }) => at >= before);
    }
    const folder = folders.get(inode);
    if (folder === undefined) return;
    for (const change of folder.changes.filter(({ at }) => at < before)) setNames(kept, change);
    folder.changes = folder.changes.filter(({ at }) => at >= before);
  };

  return {
    apply: (step) => {
      now += 1;
      switch (step.kind) {
        case 'create': {
          const file: File = { synced: Buffer.alloc(0), changes: [] };
          files.set(step.inode, file);
          rename(step.path, [[step.path, file]]);
          return;
        }
        case 'mkdir':
          folders.set(step.inode, { path: step.path, changes: [] });
          rename(step.path, [[step.path, 'folder']]);
          return;
        case 'write':
          files
            .get(step.inode)
            ?.changes.push({ at: now, size: undefined, from: step.from, bytes: step.bytes });
          return;
        case 'truncate':
          files.get(step.inode)?.changes.push({ at: now, size: step.size, from: 0, bytes: Buffer.alloc(0) });
          return;
        case 'sync-begin':
          syncs.set(`${String(step.thread)} ${String(step.inode)}`, now);
          return;
        case 'sync-end':
          sync(step.inode, syncs.get(`${String(step.thread)} ${String(step.inode)}`) ?? 0);
          return;
        case 'rename':
          if (dirname(step.path) !== dirname(step.to)) throw new RangeError('a file went to another folder');
          rename(step.to, [
            [step.path, undefined],
            [step.to, named.get(step.path)],
          ]);
          return;
        case 'link':
          rename(step.to, [[step.to, named.get(step.path)]]);
          return;
        case 'unlink':
        case 'rmdir':
          rename(step.path, [[step.path, undefined]]);
          return;
        case 'mark':
          return;
      }
    },
    afterCut: (mode, random) => {
      const names = new Map(kept);
      const changes = [...folders.values()].flatMap((folder) => folder.changes);
      for (const change of changes.sort((one, other) => one.at - other.at))
        if (isNameKept(mode, random)) setNames(names, change);
      const there = [...names].filter(([path]) => isReachable(path, names, root.path));
      return new Map(
        there.flatMap(([path, file]) =>
          file === 'folder' ? [] : [[path, fileAfterCut(file, mode, random)]],
        ),
      );
    },
  };
}

function setNames(names: Map<string, File | 'folder'>, { names: changed }: NameChange): void {
  for (const [name, file] of changed) {
    if (file === undefined) names.delete(name);
    else names.set(name, file);
  }
}

function isReachable(path: string, names: ReadonlyMap<string, unknown>, root: string): boolean {
  const parent = dirname(path);
  return parent === root || (names.has(parent) && isReachable(parent, names, root));
}

function isNameKept(mode: CutMode, random: Random): boolean {
  switch (mode) {
    case 'nothing':
    case 'contents':
      return false;
    case 'everything':
    case 'names':
      return true;
    case 'torn':
      return random() < 0.5;
  }
}

function fileAfterCut({ synced, changes }: File, mode: CutMode, random: Random): Buffer {
  switch (mode) {
    case 'nothing':
      return synced;
    case 'everything':
    case 'contents':
      return contentOf(synced, changes);
    case 'names': {
      const content = Buffer.alloc(contentOf(synced, changes).length);
      synced.copy(content);
      return content;
    }
    case 'torn':
      return torn(synced, changes, random);
  }
}

/** A file to which changes are made, one after another. */
function contentOf(before: Buffer, changes: readonly Change[]): Buffer {
  const most = Math.max(before.length, ...changes.map(({ from, bytes }) => from + bytes.length));
  const content = Buffer.alloc(most);
  before.copy(content);
  let size = before.length;
  for (const { size: cut, from, bytes } of changes) {
    if (cut === undefined) {
      bytes.copy(content, from);
      size = Math.max(size, from + bytes.length);
    } else {
      content.fill(0, cut);
      size = cut;
    }
  }
  return content.subarray(0, size);
}

/**
 * The size as it was at one moment, and each block as it was at another, neither from before the last kept
 * shortening.
 */
function torn(synced: Buffer, all: readonly Change[], random: Random): Buffer {
  const changes = withSomeCuts(all, random);
  if (changes.length === 0) return synced;
  const upTo = (some: readonly Change[]): readonly Change[] => {
    const cuts = some.findLastIndex(isCut) + 1;
    return some.slice(0, cuts + Math.floor(random() * (some.length - cuts + 1)));
  };
  const size = contentOf(synced, upTo(changes)).length;
  const block = BLOCKS[Math.floor(random() * BLOCKS.length)] ?? BLOCKS[0];
  const content = Buffer.alloc(size);
  synced.copy(content);
  for (let at = 0; at < size; at += block) {
    const touching = changes.filter((change) => touches(change, at, block));
    if (touching.length === 0) continue;
    blockOf(synced, upTo(touching), at, block).copy(content, at);
  }
  return content;
}

/** All of the changes that shorten the file except some of the last. */
function withSomeCuts(changes: readonly Change[], random: Random): readonly Change[] {
  const cuts = changes.filter(isCut);
  const kept = new Set(cuts.slice(0, Math.floor(random() * (cuts.length + 1))));
  return changes.filter((change) => !isCut(change) || kept.has(change));
}

function isCut({ size }: Change): boolean {
  return size !== undefined;
}

function touches({ size, from, bytes }: Change, at: number, block: number): boolean {
  return size === undefined ? from < at + block && from + bytes.length > at : size < at + block;
}

function blockOf(before: Buffer, changes: readonly Change[], at: number, block: number): Buffer {
  const content = Buffer.alloc(block);
  before.subarray(at, at + block).copy(content);
  for (const { size, from, bytes } of changes) {
    if (size !== undefined) content.fill(0, Math.max(0, size - at));
    else bytes.subarray(Math.max(0, at - from), at + block - from).copy(content, Math.max(0, from - at));
  }
  return content;
}
