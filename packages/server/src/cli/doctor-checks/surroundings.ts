import { once } from 'node:events';
import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { spoolFolder } from '../../config/spool-folder.js';
import { failureLine } from '../failure-line.js';
import type { CheckResult } from './check.js';

/** Whether the server could listen where it is told to. */
export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<CheckResult> {
  const listener = createServer();
  try {
    listener.listen(port, host);
    await once(listener, 'listening');
    return { state: 'ok', message: `${host} port ${port} is free` };
  } catch (error) {
    return failedCheck(error);
  } finally {
    listener.close();
  }
}

/** Whether prepared graphs can be kept. */
export async function checkCache({ cacheDirectory }: Pick<Config, 'cacheDirectory'>): Promise<CheckResult> {
  try {
    await mkdir(cacheDirectory, { recursive: true });
    await rmdir(await mkdtemp(join(cacheDirectory, 'doctor-')));
    return { state: 'ok', message: `${cacheDirectory} can be written to` };
  } catch {
    return {
      state: 'failed',
      message: `the cache folder ${cacheDirectory} cannot be written to`,
      remedy: 'Give this user permission to write there, or set another with --cache-directory.',
    };
  }
}

/** Whether recordings can wait on disk; the folder is made, as a start of the server does. */
export async function checkSpool(
  config: Pick<Config, 'spoolDirectory' | 'dataDirectory'>,
): Promise<CheckResult> {
  const folder = spoolFolder(config);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rmdir(await mkdtemp(join(folder, 'doctor-')));
    return { state: 'ok', message: `${folder} can be written to` };
  } catch {
    return {
      state: 'failed',
      message: `the folder ${folder}, in which recordings wait, cannot be written to`,
      remedy: 'Give this user permission to write there, or set another with --spool-directory.',
    };
  }
}

/** The two parts of a failure's line: what it is, and what to do. */
export function failedCheck(error: unknown): Extract<CheckResult, { readonly remedy: string }> {
  const [message = '', ...remedy] = failureLine(error).split(/(?<=\.) (?=[A-Z])/);
  return { state: 'failed', message: message.replace(/\.$/, ''), remedy: remedy.join(' ') };
}
