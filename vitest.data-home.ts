import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let dataHome = '';

/** Has servers that tests start keep their records away from those of whoever runs the tests, and of other runs. */
export function setup(): void {
  dataHome = mkdtempSync(join(tmpdir(), 'auscult-test-data-'));
  process.env['XDG_DATA_HOME'] = dataHome;
}

export function teardown(): void {
  rmSync(dataHome, { recursive: true, force: true });
}
