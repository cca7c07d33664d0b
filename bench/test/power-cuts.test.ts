import { describe, expect, it } from 'vitest';
import { createDisk } from '../src/power-cuts/disk.js';
import { randomOf } from '../src/power-cuts/random.js';

const ROOT = { path: '/disk', inode: 1 };

describe('a disk after a power cut', () => {
  it('has synced content, and a name only if its folder was synced', () => {
    const disk = createDisk(ROOT);
    disk.apply({ kind: 'create', inode: 2, path: '/disk/a' });
    disk.apply({ kind: 'write', inode: 2, from: 0, bytes: Buffer.from('one') });
    disk.apply({ kind: 'sync-begin', inode: 2, thread: 7 });
    disk.apply({ kind: 'write', inode: 2, from: 3, bytes: Buffer.from(' two') });
    disk.apply({ kind: 'sync-end', inode: 2, thread: 7 });
    expect(disk.afterCut('nothing', randomOf(1))).toEqual(new Map());
    expect(text(disk.afterCut('everything', randomOf(1)))).toEqual({ '/disk/a': 'one two' });
    disk.apply({ kind: 'sync-begin', inode: 1, thread: 7 });
    disk.apply({ kind: 'sync-end', inode: 1, thread: 7 });
    // What was written while it was being synced may be kept or not.
    expect(text(disk.afterCut('nothing', randomOf(1)))).toEqual({ '/disk/a': 'one' });
    expect(text(disk.afterCut('names', randomOf(1)))).toEqual({ '/disk/a': 'one\0\0\0\0' });
    disk.apply({ kind: 'create', inode: 3, path: '/disk/b' });
    disk.apply({ kind: 'rename', path: '/disk/b', to: '/disk/a' });
    expect(text(disk.afterCut('contents', randomOf(1)))).toEqual({ '/disk/a': 'one two' });
    expect(text(disk.afterCut('names', randomOf(1)))).toEqual({ '/disk/a': '' });
  });

  it('has each block in some state since its last sync', () => {
    const disk = createDisk(ROOT);
    disk.apply({ kind: 'create', inode: 2, path: '/disk/a' });
    for (const letter of ['a', 'b'])
      disk.apply({ kind: 'write', inode: 2, from: 0, bytes: Buffer.alloc(8192, letter) });
    const seen = new Set<string>();
    const random = randomOf(3);
    for (let cut = 0; cut < 200; cut++)
      for (const content of disk.afterCut('torn', random).values())
        seen.add([0, 4096].map((at) => String.fromCharCode(content[at] ?? 45)).join(''));
    expect(seen).toContain('ab');
    expect(seen).toContain('ba');
    expect(seen).toContain('\0b');
    expect(seen).toContain('--');
  });

  it('has a truncation of a file either completely or not at all', () => {
    const disk = createDisk(ROOT);
    disk.apply({ kind: 'create', inode: 2, path: '/disk/a' });
    disk.apply({ kind: 'write', inode: 2, from: 0, bytes: Buffer.alloc(8192, 'a') });
    for (const inode of [2, 1])
      for (const kind of ['sync-begin', 'sync-end'] as const) disk.apply({ kind, inode, thread: 7 });
    disk.apply({ kind: 'truncate', inode: 2, size: 0 });
    disk.apply({ kind: 'write', inode: 2, from: 0, bytes: Buffer.alloc(8192, 'b') });
    const seen = new Set<string>();
    const random = randomOf(3);
    for (let cut = 0; cut < 200; cut++)
      for (const content of disk.afterCut('torn', random).values())
        seen.add([0, 4096].map((at) => String.fromCharCode(content[at] ?? 45)).join(''));
    expect([...seen].sort()).toEqual(['--', '\0\0', '\0b', 'aa', 'ab', 'b\0', 'ba', 'bb'].sort());
  });
});

function text(files: ReadonlyMap<string, Buffer>): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]));
}
