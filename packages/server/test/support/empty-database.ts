import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedPath, openDatabase } from '../../src/db/database.js';

/** The file of an embedded database with all tables and nothing in them. */
let empty: Promise<Buffer> | undefined;

/**
 * Writes an embedded database with all tables and nothing in them to `dataDirectory`. Making the tables takes as long as
 * all else that a start of a server does, so they are made once and copied from then on.
 */
export async function writeEmptyDatabase(dataDirectory: string): Promise<void> {
  empty ??= makeDatabase();
  writeFileSync(embeddedPath({ dataDirectory }), await empty, { mode: 0o600 });
}

async function makeDatabase(): Promise<Buffer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-empty-'));
  try {
    // Closing it moves everything into the file.
    await (await openDatabase({ dataDirectory, database: undefined })).close();
    return readFileSync(embeddedPath({ dataDirectory }));
  } finally {
    rmSync(dataDirectory, { recursive: true });
  }
}
