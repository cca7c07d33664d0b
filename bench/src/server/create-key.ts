import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { auscultCommand, settingsEnvironment } from './target.js';

/** A new API key of a server. `data`: the flags for the location of its data. */
export async function createKey(data: readonly string[], role: 'clinician' | 'service'): Promise<string> {
  const [cli = ''] = auscultCommand([]).args(0);
  const args = [cli, 'keys', 'create', '--role', role, ...data];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: settingsEnvironment() });
  return stdout.trim();
}
