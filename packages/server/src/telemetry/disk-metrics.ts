import { statfs } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/schema.js';
import { spoolFolder } from '../config/spool-folder.js';
import { journalDirectory } from '../journal/open-journal.js';
import { keptCurrent } from './kept-current.js';

/** Room on the disk of a folder, bytes. */
export interface Room {
  readonly folder: string;
  readonly free: number;
  readonly size: number;
}

/** How old an answer may be, milliseconds. */
const FRESH_MS = 5000;

/** The settings that name folders in which a server keeps something. */
type FolderSettings = Pick<Config, 'dataDirectory' | 'journalDirectory' | 'spoolDirectory'>;

/** How much room the disks have on which a server keeps something. Folders that are not there are left out. */
export async function readRooms(config: FolderSettings): Promise<readonly Room[]> {
  const folders = {
    data: config.dataDirectory,
    journal: journalDirectory(config),
    spool: spoolFolder(config),
  };
  const found = await Promise.all(Object.entries(folders).map(([folder, path]) => roomOf(folder, path)));
  return found.flat();
}

/** Adds how much room the disks have on which a server keeps something. Folders that are not there are left out. */
export function measureDisks(registry: Registry, config: FolderSettings): void {
  const rooms = keptCurrent(() => readRooms(config), FRESH_MS);
  rooms();
  const measure = (name: string, help: string, valueOf: (room: Room) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['folder'],
      registers: [registry],
      collect() {
        this.reset();
        for (const room of rooms() ?? []) this.set({ folder: room.folder }, valueOf(room));
      },
    });
  };
  measure('auscult_disk_free_bytes', 'Room that is left on the disk of a folder.', ({ free }) => free);
  measure('auscult_disk_size_bytes', 'Size of the disk of a folder.', ({ size }) => size);
}

async function roomOf(folder: string, path: string): Promise<readonly Room[]> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return [{ folder, free: bavail * bsize, size: blocks * bsize }];
  } catch {
    return [];
  }
}
