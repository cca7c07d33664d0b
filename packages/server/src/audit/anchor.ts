import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.js';
import type { ChainHead } from './audit-entry.js';

/** Takes heads of the chain to a place outside of the database. Never rejects. */
export type AnchorSink = (head: ChainHead) => Promise<void>;

const anchorLine = z.object({ sequence: z.int().min(0), hash: z.string(), time: z.string() });

/** Adds a line to the file for each head. What goes wrong is told to `onFailure`. */
export function anchorFile(path: string, onFailure: (error: unknown) => void): AnchorSink {
  return async ({ sequence, hash }) => {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await appendFile(path, `${JSON.stringify({ sequence, hash, time: new Date().toISOString() })}\n`, {
        mode: 0o600,
      });
    } catch (error) {
      onFailure(error);
    }
  };
}

/**
 * The heads in the file, none where there is no file.
 * @throws {ConfigError} if a line is no anchor, but for a last one that was cut short.
 */
export async function readAnchors(path: string): Promise<readonly ChainHead[]> {
  const lines = (await readIfThere(path)).split('\n');
  const whole = lines.slice(0, -1);
  return whole.map((line, index) => {
    const parsed = anchorLine.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
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
