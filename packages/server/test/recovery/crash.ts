import { cpSync } from 'node:fs';
import { openDatabase } from '../../src/db/database.js';
import { temporaryDirectory } from '../support/databases.js';
import type { ScriptedServer } from '../support/scripted-server.js';

/** What is on the disk of a server now, as if it was killed: the data folder of one that starts again. */
export async function crashed({ dataDirectory }: Pick<ScriptedServer, 'dataDirectory'>): Promise<string> {
  const copy = temporaryDirectory();
  cpSync(dataDirectory, copy, { recursive: true });
  const database = await openDatabase({ dataDirectory: copy, database: undefined });
  // The former server runs in this process, and so would be taken for alive.
  await database.db.deleteFrom('servers').execute();
  await database.close();
  return copy;
}
