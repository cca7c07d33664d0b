import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { COMPUTE_TYPES } from '../compute-type.js';
import { isPlainPath, isRevision } from './layout.js';

const fileRecord = z.strictObject({
  bytes: z.int().nonnegative(),
  /** Lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const filePath = z.string().refine(isPlainPath);

/**
 * What is installed of a revision of a repository: every file that is in place, and which of them make up a model.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  repository: z.string(),
  revision: z.string().refine(isRevision),
  /** The files by path. A hash is kept from the first download on. */
  files: z.record(filePath, fileRecord),
  /** Only complete variants: the paths of all their files. */
  variants: z.partialRecord(z.enum(COMPUTE_TYPES), z.array(filePath)),
});
export type Manifest = Readonly<z.output<typeof manifestSchema>>;
export type FileRecord = Readonly<z.output<typeof fileRecord>>;

/**
 * The manifest in a folder. If it cannot be read, it counts as missing, and its files are fetched or hashed again.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const parsed = manifestSchema.safeParse(await readJson(path.join(folder, MANIFEST)));
  return parsed.success ? parsed.data : undefined;
}

/** Writes a manifest atomically. Must be called under the lock. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeJson(path.join(folder, MANIFEST), manifest);
}

/** Parses a file; undefined if that is not possible. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Writes a file atomically. Throws what writing throws. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

const MANIFEST = 'manifest.json';
