import { appendFile, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import { makeFolder } from '../storage/durable-files.js';
import type { ChainHead } from './audit-entry.js';

/** Takes heads of the chain to a place outside of the database. Never rejects. */
export type AnchorSink = (head: ChainHead) => Promise<void>;

const anchorLine = z.object({ sequence: z.int().min(0), hash: z.string(), time: z.string() });

/** Adds a line to the file for each head. What goes wrong is told to `onFailure`. */
export function anchorFile(path: string, onFailure: (error: unknown) => void): AnchorSink {
  let isWhole = false;
  return async ({ sequence, hash }) => {
    try {
      makeFolder(dirname(path));
      if (!isWhole) await cutTornLine(path);
      isWhole = true;
      await appendFile(path, `${JSON.stringify({ sequence, hash, time: new Date().toISOString() })}\n`, {
        mode: 0o600,
        flush: true,
      });
    } catch (error) {
      onFailure(error);
    }
  };
}

/** Power failed while the last line was written, if it is none: each is on disk before the next is begun. */
async function cutTornLine(path: string): Promise<void> {
  const text = await readIfThere(path);
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const last = lines.at(-1);
  const torn = last !== undefined && isTorn(last) ? Buffer.byteLength(last) + 1 : 0;
  if (rest !== '' || torn > 0) await truncate(path, Buffer.byteLength(text) - Buffer.byteLength(rest) - torn);
}

/** Zeros stand where a block did not reach the disk. */
function isTorn(line: string): boolean {
  return line.includes('\0');
}

/**
 * The heads in the file, none where there is no file.
 * @throws {ConfigError} if a line is no anchor, but for the last one, which a power cut may have left half.
 */
export async function readAnchors(path: string): Promise<readonly ChainHead[]> {
  const lines = (await readIfThere(path)).split('\n');
  const whole = lines.slice(0, -1);
  return whole.flatMap((line, index) => {
    const parsed = anchorLine.safeParse(parseJson(line));
    if (parsed.success) return [parsed.data];
    if (index === whole.length - 1 && isTorn(line)) return [];
    throw new ConfigError(
      `line ${index + 1} of the audit anchor ${path} is no anchor.`,
      'Find out who wrote it: the audit log may have been tampered with.',
    );
  });
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
