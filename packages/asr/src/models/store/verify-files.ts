import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hashFile } from '../hash-file.js';
import type { FileRecord } from './manifest.js';
import { readJson, writeJson } from './manifest.js';

/** The paths of files that are not what they should be. */
export interface WrongFiles {
  readonly missing: readonly string[];
  readonly damaged: readonly string[];
}

/**
 * Compares files with what is recorded about them. Unless `thorough`, a large file that was compared before and still
 * has the same size and modification time is taken to be unaltered, since hashing gigabytes at each start is slow.
 */
export async function verifyFiles(
  folder: string,
  files: ReadonlyMap<string, FileRecord>,
  thorough: boolean,
): Promise<WrongFiles> {
  const remembered = await readRemembered(folder);
  const seen: Record<string, Remembered> = {};
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const [file, record] of files) {
    const found = await statFile(path.join(folder, file));
    if (!found) {
      missing.push(file);
      continue;
    }
    const sight: Remembered = { sha256: record.sha256, bytes: found.size, changedMs: found.mtimeMs };
    const known = !thorough && found.size >= LARGE && isSame(remembered[file], sight);
    const intact =
      found.size === record.bytes && (known || (await hashFile(path.join(folder, file))) === record.sha256);
    if (!intact) damaged.push(file);
    else if (found.size >= LARGE) seen[file] = sight;
  }
  await remember(folder, remembered, seen);
  return { missing, damaged };
}

/** Bytes. Only larger files are remembered: smaller ones are hashed in a few hundredths of a second. */
const LARGE = 16 * 1024 ** 2;

const rememberedSchema = z.record(
  z.string(),
  z.object({ sha256: z.string(), bytes: z.number(), changedMs: z.number() }),
);
type Remembered = z.output<typeof rememberedSchema>[string];

async function readRemembered(folder: string): Promise<Readonly<Record<string, Remembered>>> {
  const parsed = rememberedSchema.safeParse(await readJson(path.join(folder, VERIFIED)));
  return parsed.success ? parsed.data : {};
}

async function remember(
  folder: string,
  before: Readonly<Record<string, Remembered>>,
  seen: Readonly<Record<string, Remembered>>,
): Promise<void> {
  const news = Object.entries(seen).filter(([file, sight]) => !isSame(before[file], sight));
  if (news.length === 0) return;
  // A store that cannot be written to also works, only more slowly.
  await writeJson(path.join(folder, VERIFIED), { ...before, ...seen }).catch(() => undefined);
}

function isSame(one: Remembered | undefined, other: Remembered): boolean {
  return one?.sha256 === other.sha256 && one.bytes === other.bytes && one.changedMs === other.changedMs;
}

async function statFile(file: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? found : undefined;
  } catch {
    return undefined;
  }
}

const VERIFIED = 'verified.json';
