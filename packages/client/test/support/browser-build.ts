import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('../../build.mjs', import.meta.url));

/** Bundles the SDK as pages load it; the folder, which is there until the test ends. */
export async function buildForBrowsers(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'auscult-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await promisify(execFile)(process.execPath, [script, folder]);
  return folder;
}
